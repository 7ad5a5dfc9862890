package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"time"

	"github.com/spf13/cobra"

	"trailscribe/internal/diag"
	"trailscribe/internal/errno"
	"trailscribe/internal/run"
	"trailscribe/internal/terminal"
	"trailscribe/internal/yaml"
)

// Exit codes, the same for every command; the help of each names those it can give.
const (
	exitDone       = 0
	exitError      = 1
	exitUsage      = 2   // bad flags, configuration, query or report file
	exitFindings   = 3   // findings at or above --fail-on
	exitIncomplete = 4   // report written but incomplete; a log file could not be read
	exitCost       = 5   // refused by the cost guard
	exitChanges    = 6   // infra plan --detailed-exitcode: there are changes
	exitMismatch   = 7   // verification failed
	exitLocked     = 8   // another run holds the lock
	exitStopped    = 130 // interrupted
)

// program is one invocation: its streams, its environment, its flags.
type program struct {
	in       io.Reader
	out, err io.Writer        // for text that others compose, as help is: nothing in it can command a screen
	data     *terminal.Stream // standard output, for the terminal, which makes its own text safe
	notes    *terminal.Stream // standard error
	env      func(string) string
	dir      string // the working folder; "": the current one of the process
	now      func() time.Time
	term     *terminal.Terminal
	flags    flags
	formats  formats
	code     int // exit code of a command that ended without an error

	mu sync.Mutex // of term, which is made again when the flags are known
}

// Main is the whole program in the current folder of the process; tests call it too. It returns the exit code.
func Main(ctx context.Context, args []string, in io.Reader, stdout, stderr io.Writer, env func(string) string) int {
	return MainIn(ctx, "", args, in, stdout, stderr, env)
}

// MainIn is Main in another working folder, without a change of the process's own: several can run at the same time in
// different folders.
func MainIn(ctx context.Context, dir string, args []string, in io.Reader, stdout, stderr io.Writer, env func(string) string) int {
	return shipped.main(ctx, dir, args, in, stdout, stderr, env)
}

// main is MainIn of a program with these formats.
func (all formats) main(ctx context.Context, dir string, args []string, in io.Reader, stdout, stderr io.Writer,
	env func(string) string) int {
	p := &program{formats: all, in: in, env: env, dir: dir, now: time.Now, data: terminal.NewStream(stdout), notes: terminal.NewStream(stderr)}
	out, errOut := terminal.Safe(p.data), terminal.Safe(p.notes)
	p.out, p.err = out, errOut
	p.term = terminal.New(terminal.Options{Out: p.data, Err: p.notes, Env: env})
	root := p.root()
	root.SetArgs(args)
	ended := make(chan struct{})
	go p.tellSlowStop(ctx, ended)
	err := root.ExecuteContext(ctx)
	close(ended)
	_, _ = out.Flush(), errOut.Flush() // their streams keep the error
	p.term.Done()
	code, lost := p.code, p.data.Err()
	if err != nil && (lost == nil || !errors.Is(err, lost)) {
		code = p.fail(ctx, err)
	}
	return p.delivered(code, lost)
}

// at is where a path leads that a user or the configuration gave: relative ones start at the working folder. What is printed or
// recorded of a path is the path as it was given.
func (p *program) at(path string) string {
	if p.dir == "" || path == "" || filepath.IsAbs(path) {
		return path
	}
	return filepath.Join(p.dir, path)
}

// asGiven is a path as it is printed that at led to, or one below it, where that was given so.
func (p *program) asGiven(path, given string) string {
	if p.dir == "" || filepath.IsAbs(given) {
		return path
	}
	if rel, err := filepath.Rel(p.dir, path); err == nil {
		return rel
	}
	return path
}

// delivered is the exit code where some of the output could not be written. It stays what it is where it says more than "error" does.
// What standard error cannot take is lost, and changes nothing: nobody could be told.
func (p *program) delivered(code int, lost error) int {
	if lost == nil {
		return code
	}
	p.term.Error(fmt.Errorf("writing to standard output: %w", lost), "what was printed is not whole; print to a place with room")
	if code == exitDone || code == exitChanges {
		return exitError
	}
	return code
}

// grace is how long an interrupted command may need to end before it says that it is ending.
const grace = 2 * time.Second

// tellSlowStop says what to do where something takes long to stop: a statement that an engine must give up, rows that are being written.
func (p *program) tellSlowStop(ctx context.Context, ended <-chan struct{}) {
	select {
	case <-ctx.Done():
	case <-ended:
		return
	}
	select {
	case <-time.After(grace):
		p.mu.Lock()
		defer p.mu.Unlock()
		p.term.Message("stopping; a second Ctrl-C ends at once, and the same command clears up what that leaves")
	case <-ended:
	}
}

// fail prints what went wrong and chooses the code.
func (p *program) fail(ctx context.Context, err error) int {
	var problems diag.Problems
	var coded *codedError
	switch {
	case ctx.Err() != nil:
		p.term.Message("stopped: nothing more was written; the same command goes on where this one ended")
		return exitStopped
	case errors.As(err, &problems):
		p.term.Problems(problems)
		return exitUsage
	case errors.Is(err, run.ErrLocked):
		p.term.Error(err, "wait for the other run to end, or give another --out")
		return exitLocked
	case errors.Is(err, run.ErrInside):
		p.term.Error(err, "name a folder that is in no run")
		return exitUsage
	case errors.Is(err, run.ErrAltered):
		p.term.Error(err, "'trailscribe verify' lists every difference")
		return exitMismatch
	case errors.As(err, &coded):
		p.term.Error(coded.err, cmp.Or(coded.hint, errno.Hint(err)))
		return coded.code
	}
	p.term.Error(err, errno.Hint(err))
	return exitError
}

// codedError is an error with its exit code and what to do next.
type codedError struct {
	code int
	err  error
	hint string
}

func (e *codedError) Error() string { return e.err.Error() }
func (e *codedError) Unwrap() error { return e.err }

// usage is an error of the command line.
func usage(hint, format string, args ...any) error {
	return &codedError{code: exitUsage, err: fmt.Errorf(format, args...), hint: hint}
}

func (p *program) root() *cobra.Command {
	root := &cobra.Command{
		Use:     "trailscribe",
		Version: version,
		Short:   "Audit-ready PDF and Excel reports from AWS CloudTrail logs",
		Long: `Trailscribe turns AWS CloudTrail logs into audit-ready PDF and Excel reports.
It needs no AWS account: give it a folder of log files.

  trailscribe demo                                       sample logs to PDF and workbook
  trailscribe report run monthly-security --source DIR   a report of last month
  trailscribe query list                                 what can be asked
  trailscribe query run root/console-login --source DIR  one question, on the screen
  trailscribe infra plan                                 what reports by Athena need in your AWS account`,
		SilenceUsage:  true,
		SilenceErrors: true,
	}
	strictGroup(root)
	root.SetVersionTemplate("trailscribe {{.Version}}\n")
	root.SetIn(p.in)
	root.SetOut(p.out)
	root.SetErr(p.err)
	root.SetFlagErrorFunc(wrongFlag)
	p.flags.register(root)
	root.PersistentPreRunE = func(c *cobra.Command, args []string) error {
		if err := p.prepare(); err != nil {
			return err
		}
		return p.checkPlaces(c, args)
	}
	root.AddCommand(p.demoCommand(), p.initCommand(), p.queryCommand(), p.reportCommand(), p.logsCommand(), p.infraCommand(),
		p.verifyCommand(), p.configCommand(), p.schemaCommand(), p.versionCommand())
	root.AddCommand(topicCommands()...)
	root.SetUsageFunc(func(c *cobra.Command) error { return usageText(c, c.OutOrStderr()) })
	root.InitDefaultHelpCmd()
	root.InitDefaultCompletionCmd()
	for _, c := range root.Commands() { // cobra's own two answer a wrong word with their help and 0
		switch c.Name() {
		case "completion":
			c.Short = "Completion of commands, ids and flags for bash, zsh, fish and PowerShell"
			strictGroup(c)
		case "help":
			c.Short = "Help of a command, or a topic"
			c.Args = func(_ *cobra.Command, args []string) error {
				if found, rest, err := root.Find(args); err != nil || len(rest) > 0 {
					return unknownCommand(found, args[len(args)-max(1, len(rest))])
				}
				return nil
			}
		}
		strictArguments(c)
	}
	p.completeFlags(root)
	return root
}

// unknownCommand lists what there is and names what was probably meant.
func unknownCommand(c *cobra.Command, word string) error {
	var names []string
	for _, sub := range c.Commands() {
		if sub.IsAvailableCommand() {
			names = append(names, sub.Name())
		}
	}
	hint := "see '" + c.CommandPath() + " --help'"
	if near := yaml.DidYouMean(word, names); near != "" {
		hint = strings.TrimPrefix(near, "; ")
	}
	return usage(hint, "%s has no command %q; it has %s", c.CommandPath(), word, strings.Join(names, ", "))
}

// strictGroup makes a word that is none of a group's commands an error.
func strictGroup(c *cobra.Command) {
	c.Args = cobra.ArbitraryArgs
	c.RunE = func(c *cobra.Command, args []string) error {
		if len(args) == 0 {
			return c.Help()
		}
		return unknownCommand(c, args[0])
	}
}

// group is a command that only holds others; a word that is none of them is an error that lists them.
func group(use, short string, commands ...*cobra.Command) *cobra.Command {
	c := &cobra.Command{Use: use, Short: short}
	strictGroup(c)
	c.AddCommand(commands...)
	return c
}

// prepare applies the flags that hold for every command.
func (p *program) prepare() error {
	if err := checkLimits(); err != nil {
		return err
	}
	o := terminal.Options{Out: p.data, Err: p.notes, Env: p.env, Color: p.flags.color, Quiet: p.flags.quiet, Verbose: p.flags.verbose,
		LogFormat: p.flags.logFormat}
	for _, f := range []struct {
		name, value string
		allowed     []string
	}{
		{"output", p.flags.output, outputs},
		{"color", p.flags.color, []string{"auto", "always", "never"}},
		{"log-format", p.flags.logFormat, []string{"text", "json"}},
	} {
		if err := oneOf(f.name, f.value, f.allowed); err != nil {
			return err
		}
	}
	for _, a := range p.flags.accounts {
		if !accountPattern.MatchString(a) {
			return usage("an account id is twelve digits", "--accounts %q is not an account id", a)
		}
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	p.term = terminal.New(o)
	return nil
}

var accountPattern = regexp.MustCompile(`^[0-9]{12}$`)

func oneOf(flag, value string, allowed []string) error {
	for _, a := range allowed {
		if value == a {
			return nil
		}
	}
	return usage("", "--%s %q is none of %s", flag, value, strings.Join(allowed, ", "))
}
