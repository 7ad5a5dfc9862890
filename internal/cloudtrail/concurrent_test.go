package cloudtrail

import (
	"fmt"
	"strings"
	"sync"
	"testing"
)

// Logs read at the same time share nothing; run with -race to see it.
func TestManyAtOnce(t *testing.T) {
	var wg sync.WaitGroup
	for g := range 8 {
		wg.Go(func() {
			for i := range 50 {
				n := 1 + (g+i)%7
				text := `{"Records":[` + events(n, ",") + `]}`
				if i%2 == 0 {
					text = zipped(text)
				}
				if i%5 == 0 {
					text = text[:len(text)-3]
				}
				ids, _, err := readAll(strings.NewReader(text), Limits{})
				if (err != nil) != (i%5 == 0) {
					t.Errorf("%d: %v", i, err)
				}
				for j, id := range ids {
					if id != fmt.Sprint(j) {
						t.Errorf("record %d has the id %s", j, id)
					}
				}
			}
		})
	}
	wg.Wait()
}
