package xlsx

import (
	"bytes"
	"testing"

	"github.com/xuri/excelize/v2"

	"trailscribe/internal/document/documenttest"
)

// The head of every sheet that a reader sees stays in view when it is scrolled.
func TestHeadsAreFrozen(t *testing.T) {
	data, _ := write(t, documenttest.Full())
	f, err := excelize.OpenReader(bytes.NewReader(data))
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	for _, sheet := range f.GetSheetList() {
		visible, err := f.GetSheetVisible(sheet)
		if err != nil {
			t.Fatal(err)
		}
		panes, err := f.GetPanes(sheet)
		if err != nil {
			t.Fatal(err)
		}
		if visible && (!panes.Freeze || panes.YSplit < 3) {
			t.Errorf("%s: %+v", sheet, panes)
		}
	}
}
