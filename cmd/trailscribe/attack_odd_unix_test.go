//go:build unix

package main

import (
	"net"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
)

// outsideRecords is a log file with one event that is nowhere else.
const outsideRecords = `{"Records":[{"eventTime":"2026-10-30T09:00:00Z","eventSource":"ec2.amazonaws.com","eventName":"ZzOutside",
"eventType":"AwsApiCall","awsRegion":"eu-central-1","errorCode":"AccessDenied","sourceIPAddress":"203.0.113.9","eventID":"zz-outside",
"recipientAccountId":"111122223333","userIdentity":{"type":"IAMUser","arn":"arn:aws:iam::111122223333:user/zzoutside",
"accountId":"111122223333","userName":"zzoutside"},"eventCategory":"Management"}]}`

// What is not a file of logs, or not one of this folder, is named or left out; it is never waited for and never followed.
func TestAttackOddLogFiles(t *testing.T) {
	kinds := []string{
		"FIFO", "device", "socket", "folder", "loop", "link out", "link to a folder outside", "link out, relative", "unreadable",
	}
	const name = "a FIFO, a device, a socket, a folder, a loop, a link out, an unreadable file among the logs"
	attack{name: name, whole: 2 * len(kinds), sample: 1, try: func(t *try) {
		g, folder := attackGround(t), openFolder(t)
		logs := filepath.Join(folder, "logs")
		copyTree(t, g.logs, logs)
		outside := filepath.Join(folder, "outside")
		if err := os.Mkdir(outside, 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(filepath.Join(outside, "out.json"), []byte(outsideRecords), 0o644); err != nil {
			t.Fatal(err)
		}
		name := filepath.Join(logs, "AWSLogs/111122223333/CloudTrail/eu-central-1/2026/10/30",
			"111122223333_CloudTrail_eu-central-1_20261030T0905Z_zzzzzzzzzzzzzzzz.json")
		if t.IntN(2) == 0 {
			name = filepath.Join(logs, "loose.json")
		}
		code := []int{exitDone, exitIncomplete}
		var err error
		what := choose(t, kinds)
		switch what {
		case "FIFO":
			err = syscall.Mkfifo(name, 0o644)
		case "device":
			err = os.Symlink("/dev/zero", name)
		case "socket":
			var l net.Listener
			short := filepath.Join(folder, "s") // the path of a socket is limited
			if l, err = net.Listen("unix", short); err == nil {
				defer l.Close()
				err = os.Rename(short, name)
			}
		case "folder":
			err = os.MkdirAll(filepath.Join(name, "deeper.json"), 0o755)
		case "loop":
			err = os.Symlink(filepath.Base(name), name)
		case "link out":
			err = os.Symlink(filepath.Join(outside, "out.json"), name)
		case "link to a folder outside":
			err = os.Symlink(outside, name)
		case "link out, relative":
			var to string
			if to, err = filepath.Rel(filepath.Dir(name), filepath.Join(outside, "out.json")); err == nil {
				err = os.Symlink(to, name)
			}
		case "unreadable":
			err = os.WriteFile(name, []byte(outsideRecords), 0)
			code = []int{exitIncomplete}
		}
		if err != nil {
			t.Fatal(err)
		}
		c := command(t.Context(), folder, g.over("logs", job{"quick", attackPeriod}, "out", "cache")...)
		unprivileged(t, c, folder)
		e := t.ends(c, code...)
		if e.code == exitIncomplete && len(holdsText(t, filepath.Join(folder, "out"), filepath.Base(name))) == 0 {
			t.Errorf("%s: the run is incomplete and does not name %s", what, filepath.Base(name))
		}
		t.count(map[int]string{exitDone: "left out", exitIncomplete: "named"}[e.code])
		for _, text := range []string{"ZzOutside", "zzoutside"} {
			if found := holdsText(t, filepath.Join(folder, "out"), text); len(found) > 0 {
				t.Errorf("%s: what is outside the logs is in %v", what, found)
			}
		}
		t.verified(filepath.Join(folder, "out"))
	}}.run(t)
}

// A file may be called anything: the run seals, and a second one finds nothing changed.
func TestAttackFileNames(t *testing.T) {
	names := []string{
		"new\nline", "tab\there", "\x1b[31mred", "bell\a", "del\x7f", "\u202egnp.json", "zero\u200bwidth", "non-UTF-8 \xff\xfe", "中文 😀",
		`quote"quote`, "it's", "a;b|c&d", "$(touch x)`touch y`", "%s%n%d", "back\\slash", "-rf", "--source", "*", "?[a]", "a:b", "trailing.",
		" space ", "CON", "<script>", "=1+1", "{}", "#?&", strings.Repeat("n", 240), strings.Repeat("deep/", 200) + "deep",
	}
	attack{name: "strange names of log files", whole: len(names), try: func(t *try) {
		g, folder := attackGround(t), t.TempDir()
		logs := filepath.Join(folder, "logs")
		copyTree(t, g.logs, logs)
		base := choose(t, names)
		name := filepath.Join(logs, base+".json")
		if err := os.MkdirAll(filepath.Dir(name), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(name, []byte(outsideRecords), 0o644); err != nil {
			t.Fatal(err)
		}
		args := g.over("logs", job{"quick", attackPeriod}, "out", "cache")
		e := t.runs(folder, args, exitDone, exitIncomplete)
		plain(t, e)
		if e.code == exitDone && len(holdsText(t, filepath.Join(folder, "out"), "zzoutside")) == 0 {
			t.Errorf("%q was left out without a word", base)
		}
		t.count(map[int]string{exitDone: "read", exitIncomplete: "refused by name"}[e.code])
		t.verified(filepath.Join(folder, "out"))
		again := t.runs(folder, args, e.code)
		plain(t, again)
		if !strings.Contains(again.out, "unchanged since") {
			t.Errorf("%q: the second run is another revision:\n%s", base, again.out)
		}
	}}.run(t)
}

// plain holds that nothing on the screen moves the cursor, changes colors or the direction of reading.
func plain(t *try, e ended) {
	t.Helper()
	for _, said := range []string{e.out, e.err} {
		if at := strings.IndexFunc(said, func(r rune) bool {
			return r < 0x20 && r != '\n' && r != '\t' || r >= 0x7f && r < 0xa0 || r >= 0x202a && r <= 0x202e || r >= 0x2066 && r <= 0x2069 ||
				r == 0x200b || r == 0xfeff
		}); at >= 0 {
			t.Errorf("on the screen: %q", said[max(0, at-40):min(len(said), at+40)])
		}
	}
}

// openFolder is a folder of a try where other users can go.
func openFolder(t *try) string {
	t.Helper()
	folder, err := os.MkdirTemp("", "trailscribe-attack-")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { os.RemoveAll(folder) })
	if err := os.Chmod(folder, 0o755); err != nil {
		t.Fatal(err)
	}
	return folder
}
