package main

import (
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
	"time"

	"trailscribe/internal/awsfake"
	"trailscribe/internal/demo"
	"trailscribe/internal/source/dir"
)

// The commands of docs/athena.md are run one after the other against the fake AWS, and must print what the page says.
func TestAthenaPageTellsTheTruth(t *testing.T) {
	if testing.Short() {
		t.Skip("a report of a month on the fake takes some seconds")
	}
	if runtime.GOOS == "windows" {
		t.Skip("the page is for sh")
	}
	t.Parallel()
	fake, err := awsfake.New(awsfake.Options{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(fake.Close)
	work, home := t.TempDir(), t.TempDir()
	logs, err := dir.New(dir.Options{Root: filepath.Join(work, "logs"), Create: true})
	if err != nil {
		t.Fatal(err)
	}
	defer logs.Close()
	// The days before the period have logs too, since some tests compare with them.
	from := time.Date(2026, 10, 1, 0, 0, 0, 0, time.UTC)
	for _, o := range []demo.Options{
		{Seed: 7, From: from, To: from.AddDate(0, 1, 0), Events: 2000},
		{Seed: 8, From: from.AddDate(0, 0, -14), To: from, Events: 500},
	} {
		if _, err := demo.Generate(t.Context(), o, logs); err != nil {
			t.Fatal(err)
		}
	}
	fake.CreateBucket("example-trail-logs")
	for o, err := range logs.List(t.Context(), "") {
		if err != nil {
			t.Fatal(err)
		}
		body, _, err := logs.Open(t.Context(), o.Key)
		if err != nil {
			t.Fatal(err)
		}
		data, err := io.ReadAll(body)
		body.Close()
		if err != nil {
			t.Fatal(err)
		}
		fake.Put("example-trail-logs", o.Key, data, "")
	}
	page, err := os.ReadFile(filepath.Join("..", "..", "docs", "athena.md"))
	if err != nil {
		t.Fatal(err)
	}
	text := strings.NewReplacer("```console athena\n", "```console\n", "```yaml athena\n", "```yaml\n").Replace(string(page))
	ran := 0
	for _, x := range examples("athena.md", text) {
		if x.file != "" {
			if err := os.WriteFile(filepath.Join(work, x.file), []byte(x.text), 0o644); err != nil {
				t.Fatal(err)
			}
			continue
		}
		ran++
		c := exec.CommandContext(t.Context(), "sh", "-c", x.command)
		c.Dir = work
		c.Env = append(append(os.Environ(), fake.Env()...), "HOME="+home, "XDG_CACHE_HOME="+filepath.Join(home, ".cache"))
		var out, errOut strings.Builder
		c.Stdout, c.Stderr = &out, &errOut
		if err := c.Run(); err != nil {
			t.Errorf("%s: $ %s\n%v\n%s%s", x.place, x.command, err, out.String(), errOut.String())
			continue
		}
		said := strings.ReplaceAll(strings.ReplaceAll(progressLines.ReplaceAllString(errOut.String(), ""), "listing the bucket\n", ""),
			"counting\n", "")
		if got := out.String() + said; !agrees(x.want, got) {
			t.Errorf("%s: $ %s\nsays\n%s\n\nprints\n%s", x.place, x.command, strings.Join(x.want, "\n"), got)
		}
	}
	if ran < 6 {
		t.Errorf("%d commands: the page shows nothing", ran)
	}
}
