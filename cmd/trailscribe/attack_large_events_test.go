package main

import (
	"bytes"

	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"trailscribe/internal/run"
)

// Events with parameters as large as CloudTrail allows, and larger, are reported on within the memory that the program may take:
// twice --memory and 256 MiB, and what the writers of a report need.
func TestAttackLargeEvents(t *testing.T) {
	kinds := []struct {
		events, size int
	}{{5000, 100 << 10}, {20_000, 25 << 10}, {500, 1 << 20}, {50, 10 << 20}}
	attack{name: "events with parameters of 25 KB, 100 KB, 1 MB, 10 MB, half a gigabyte in all", whole: len(kinds), try: func(t *try) {
		g, folder, x := attackGround(t), t.TempDir(), choose(t, kinds)
		logs := filepath.Join(folder, "logs")
		if err := os.Mkdir(logs, 0o755); err != nil {
			t.Fatal(err)
		}
		text := make([]byte, x.size) // as hard to pack as a policy or a template, or it would be refused as a bomb
		for i := range text {
			text[i] = "abcdefghijklmnopqrstuvwxyz (){}[]:,0123456789/"[t.IntN(46)]
		}
		body := packed(t, text)
		const files = 8
		for f := range files {
			var b bytes.Buffer
			b.Write(packed(t, []byte(`{"Records":[`)))
			for i := range x.events / files {
				r := record(fmt.Sprintf("large-%d-%d", f, i), `{"text":"`)
				more := ","
				if i == 0 {
					more = ""
				}
				head, _ := strings.CutSuffix(r, "}")
				b.Write(packed(t, []byte(more+strings.Replace(head, `"eventType"`, `"errorCode":"AccessDenied","eventType"`, 1))))
				b.Write(body)
				b.Write(packed(t, []byte(`"}}`)))
			}
			b.Write(packed(t, []byte(`]}`)))
			if err := os.WriteFile(filepath.Join(logs, fmt.Sprint(f, ".json.gz")), b.Bytes(), 0o644); err != nil {
				t.Fatal(err)
			}
		}
		c := command(t.Context(), folder, append(g.over("logs", job{"quick", attackPeriod}, "out", "cache"), "--format", "pdf,xlsx,json,csv",
			"--memory", "256MiB")...)
		e, peak := t.measured(c, 4<<10, exitDone, exitIncomplete)
		t.most("MiB", peak)
		t.count(fmt.Sprintf("exit %d", e.code))
		t.Logf("%d events of %d bytes: exit code %d, %d MiB, %.1f s\n%s", x.events, x.size, e.code, peak, e.took.Seconds(), e.out)
		if peak > 1<<10 {
			t.Errorf("%d events of %d bytes: %d MiB", x.events, x.size, peak)
		}
		s, err := run.OpenFolder(t.verified(filepath.Join(folder, "out"))[0])
		if err != nil {
			t.Fatal(err)
		}
		if n := s.Inputs.Events; n == nil {
			t.Error("it is not known how many events were read")
		} else if *n != int64(x.events/files*files) {
			t.Errorf("%d events of %d bytes: %d were read; %v", x.events, x.size, *n, s.Notices)
		}
		t.unspilled(filepath.Join(folder, "cache"))
	}}.run(t)
}
