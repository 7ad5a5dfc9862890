package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"runtime"
	"strings"
	"testing"
	"time"
)

// example is one command of a ```console block with what the page says it prints; or, without a command, a file that a block holds.
type example struct {
	place, command string
	want           []string
	file, text     string
}

var fileLine = regexp.MustCompile(`^# (\S+/\S+\.(?:yaml|json)|trailscribe\.yaml)$`)

// examples reads a page. In a console block a line "$ command" is run, and the lines below it are its output, standard output before
// standard error; "…" in a line stands for any text, and alone on a line for any lines. A yaml or json block whose first line is a
// comment with a path is that file.
func examples(page, text string) []example {
	var found []example
	lines := strings.Split(text, "\n")
	for i := 0; i < len(lines); i++ {
		switch lines[i] {
		case "```console":
			for i++; lines[i] != "```"; i++ {
				if command, ok := strings.CutPrefix(lines[i], "$ "); ok {
					for strings.HasSuffix(command, `\`) {
						i++
						command = strings.TrimSuffix(command, `\`) + strings.TrimSpace(strings.TrimPrefix(lines[i], ">"))
					}
					found = append(found, example{place: fmt.Sprintf("%s:%d", page, i+1), command: command})
				} else if n := len(found); n > 0 {
					found[n-1].want = append(found[n-1].want, lines[i])
				}
			}
		case "```yaml", "```json":
			first := i + 1
			m := fileLine.FindStringSubmatch(lines[first])
			var body []string
			for i++; lines[i] != "```"; i++ {
				body = append(body, lines[i])
			}
			if m != nil && strings.HasSuffix(m[1], ".json") { // JSON has no comments: the first line only names the file
				body = body[1:]
			}
			if m != nil {
				found = append(found, example{place: fmt.Sprintf("%s:%d", page, i), file: m[1], text: strings.Join(body, "\n") + "\n"})
			}
		}
	}
	return found
}

// agrees reports whether an output is what a page shows.
func agrees(want []string, got string) bool {
	var b strings.Builder
	b.WriteString(`\A`)
	for _, line := range want {
		if line == "…" {
			b.WriteString(`(?:.*\n)*`)
			continue
		}
		parts := strings.Split(line, "…")
		for j := range parts {
			parts[j] = regexp.QuoteMeta(parts[j])
		}
		b.WriteString(strings.Join(parts, ".*") + `[ ]*\n`)
	}
	b.WriteString(`\z`)
	return regexp.MustCompile(b.String()).MatchString(got)
}

// The commands that README and docs show are run, one page after the other in one folder, and must print what the page says.
func TestPagesTellTheTruth(t *testing.T) {
	if testing.Short() {
		t.Skip("the pages make the demonstration, which takes some seconds")
	}
	if runtime.GOOS == "windows" {
		t.Skip("the pages are for sh")
	}
	t.Parallel()
	root, err := filepath.Abs(filepath.Join("..", ".."))
	if err != nil {
		t.Fatal(err)
	}
	pages := []string{filepath.Join(root, "README.md")}
	more, err := filepath.Glob(filepath.Join(root, "docs", "*.md"))
	if err != nil {
		t.Fatal(err)
	}
	pages = append(pages, more...)
	dir := t.TempDir()
	home := t.TempDir()
	ran := 0
	for _, path := range pages {
		data, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		for _, x := range examples(filepath.Base(path), string(data)) {
			if x.file != "" {
				name := filepath.Join(dir, filepath.FromSlash(x.file))
				if err := errors.Join(os.MkdirAll(filepath.Dir(name), 0o755), os.WriteFile(name, []byte(x.text), 0o644)); err != nil {
					t.Fatal(err)
				}
				continue
			}
			ran++
			ctx, stop := context.WithTimeout(context.Background(), 2*time.Minute)
			c := exec.CommandContext(ctx, "sh", "-c", x.command)
			c.Dir = dir
			c.Env = append(os.Environ(), "HOME="+home, "XDG_CACHE_HOME="+filepath.Join(home, ".cache"), "COLUMNS=120")
			var out, errOut strings.Builder
			c.Stdout, c.Stderr = &out, &errOut
			err := c.Run()
			stop()
			if err != nil {
				t.Errorf("%s: $ %s\n%v\n%s%s", x.place, x.command, err, out.String(), errOut.String())
				continue
			}
			if got := out.String() + progressLines.ReplaceAllString(errOut.String(), ""); len(x.want) > 0 && !agrees(x.want, got) {
				t.Errorf("%s: $ %s\nsays\n%s\n\nprints\n%s", x.place, x.command, strings.Join(x.want, "\n"), got)
			}
		}
	}
	if ran < 10 {
		t.Errorf("%d commands: the pages show nothing", ran)
	}
}

// progressLines are the lines of progress, which a screen shows in place and takes away.
var progressLines = regexp.MustCompile(`(?m)^(making sample logs|opening the logs|reading logs|asking|judging|composing|writing|sealing|verifying|cases)\n`)

// A link of a page to another file of the project leads somewhere.
func TestPagesLinkToWhatIsThere(t *testing.T) {
	root := filepath.Join("..", "..")
	link := regexp.MustCompile(`\]\(([^)#]+)(?:#[^)]*)?\)`)
	n := 0
	for _, pattern := range []string{"*.md", "docs/*.md"} {
		pages, err := filepath.Glob(filepath.Join(root, filepath.FromSlash(pattern)))
		if err != nil {
			t.Fatal(err)
		}
		for _, page := range pages {
			data, err := os.ReadFile(page)
			if err != nil {
				t.Fatal(err)
			}
			for _, m := range link.FindAllStringSubmatch(string(data), -1) {
				if strings.Contains(m[1], "://") {
					continue
				}
				n++
				if _, err := os.Stat(filepath.Join(filepath.Dir(page), filepath.FromSlash(m[1]))); err != nil {
					t.Errorf("%s links to %s, which is not there", filepath.Base(page), m[1])
				}
			}
		}
	}
	if n < 8 {
		t.Errorf("%d links", n)
	}
}
