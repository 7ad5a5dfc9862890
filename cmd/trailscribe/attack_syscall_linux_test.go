package main

import (
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"sync"
	"syscall"
	"testing"
	"unsafe"

	"golang.org/x/sys/unix"
)

// The kernel itself stops the program at the nth call that changes the disk: a filter of system calls (seccomp) hands each
// call to the test before it is carried out, and the test lets it be carried out, answers with an error, or kills the
// process. The program that is shipped has no part in it, and what the embedded database calls is seen too.

func init() { morePrograms["watched"] = playWatched }

// A run that is killed as it enters the nth rename, removal, new folder, flush or lock goes on to the same bytes.
func TestAttackKillAtCalls(t *testing.T) {
	attack{name: "kill -9 on entering the nth rename, unlink, mkdir, fsync, flock", whole: 60, sample: 1, try: func(t *try) {
		d := newDisturbed(t)
		kind := choose(t, []string{"rename", "unlink", "mkdir", "fsync", "flock"})
		for range 1 + t.IntN(2) {
			d.atCall(kind, func(w *watched) { _ = w.process.Kill() }, -1)
			t.count(kind)
			d.verified(d.path("out"))
		}
		d.goesOn()
	}}.run(t)
}

// A call of the disk that fails once, or from then on, ends the run with an error that says so, or with the same report;
// afterwards the same command writes what an undisturbed run writes.
func TestAttackErrorsOfTheDisk(t *testing.T) {
	attack{name: "the nth write, rename, mkdir, fsync fails (ENOSPC, EIO, EDQUOT)", whole: 36, sample: 1, try: func(t *try) {
		d := newDisturbed(t)
		kind := choose(t, []string{"write", "rename", "mkdir", "fsync"})
		with := choose(t, []syscall.Errno{syscall.ENOSPC, syscall.EIO, syscall.EDQUOT})
		always := t.IntN(2) == 0
		e := d.atCall(kind, func(w *watched) { w.fails, w.always = with, always }, exitError, exitDone)
		t.count(kind)
		if e.code == exitError && !strings.Contains(e.err, with.Error()) {
			t.Errorf("the message does not say %q:\n%s", with, e.err)
		}
		if e.code != exitError {
			t.count("went on without it")
			d.ground.holds(t, d.path("out"), d.job)
		}
		d.verified(d.path("out"))
		d.goesOn()
	}}.run(t)
}

// atCall runs the program and does something at a call of the kind, any of those that an undisturbed run makes; a run that
// makes fewer is started again.
func (d *disturbed) atCall(kind string, do func(w *watched), codes ...int) ended {
	d.Helper()
	return d.atShare(kind, d.Float64(), do, codes...)
}

func (d *disturbed) atShare(kind string, share float64, do func(w *watched), codes ...int) ended {
	d.Helper()
	for range 20 {
		total := d.callsOf(kind)
		if total == 0 {
			break
		}
		w := &watched{Cmd: command(d.Context(), d.folder, d.args...), at: 1 + int(share*float64(total)), below: d.folder, do: do}
		e := d.watch(w, kind, append(slices.Clone(codes), exitDone)...)
		if w.happened {
			if !slices.Contains(codes, e.code) {
				d.Fatalf("at %s %d of %d: exit code %d, want one of %v\n%s", kind, w.at, total, e.code, codes, e.err)
			}
			d.Logf("at %s %d of %d: exit code %d", kind, w.at, total, e.code)
			return e
		}
		share *= 0.8
		if err := os.RemoveAll(d.path("out")); err != nil {
			d.Fatal(err)
		}
	}
	d.Fatalf("no run makes a %s", kind)
	return ended{}
}

var (
	callsMu sync.Mutex
	calls   = map[string]int{}
)

// callsOf is how many calls of the kind an undisturbed run makes.
func (d *disturbed) callsOf(kind string) int {
	d.Helper()
	callsMu.Lock()
	defer callsMu.Unlock()
	key := kind + " " + d.job.report + " " + d.how
	if n, known := calls[key]; known {
		return n
	}
	folder := d.TempDir()
	if d.how == "warm" {
		copyTree(d, d.ground.cache, filepath.Join(folder, "cache"))
	}
	w := &watched{Cmd: command(d.Context(), folder, d.args...), below: folder}
	d.watch(w, kind, exitDone)
	calls[key] = w.seen
	return w.seen
}

// watched is a program whose calls of one kind are counted. What is counted, and what do sets, belongs to the watching
// goroutine until the program has ended.
type watched struct {
	*exec.Cmd
	at       int              // at which call something is done; 0: never
	below    string           // writes count where they go to a file in this folder
	do       func(w *watched) // kills the process, or sets fails
	fails    syscall.Errno    // the answer to this call
	always   bool             // and to those that follow
	process  *os.Process
	seen     int
	happened bool
}

// watch runs the program to its end.
func (t *try) watch(w *watched, kind string, codes ...int) ended {
	t.Helper()
	pair, err := unix.Socketpair(unix.AF_UNIX, unix.SOCK_SEQPACKET|unix.SOCK_CLOEXEC, 0)
	if err != nil {
		t.Fatal(err)
	}
	theirs := os.NewFile(uintptr(pair[1]), "to the test")
	w.Cmd.Path, err = exec.LookPath("watched")
	if err != nil {
		t.Fatal(err)
	}
	w.Cmd.Args = append([]string{"watched", kind}, w.Cmd.Args...)
	w.Cmd.ExtraFiles = []*os.File{theirs}
	r, err := begin(w.Cmd)
	theirs.Close()
	if err != nil {
		t.Fatal(err)
	}
	w.process = r.Process
	listener, err := receiveFile(pair[0])
	unix.Close(pair[0])
	if err != nil {
		_ = r.Process.Kill()
		e, _ := r.wait()
		t.Fatalf("this system has no filter of system calls for unprivileged programs: %v\n%s", err, e.err)
	}
	done := make(chan error, 1)
	go func() { done <- w.answer(listener) }()
	e := t.expects(r, codes...)
	if err := <-done; err != nil {
		t.Fatal(err)
	}
	return e
}

// answer answers each call of the kind until the program is gone.
func (w *watched) answer(listener int) error {
	defer unix.Close(listener)
	for {
		ready := []unix.PollFd{{Fd: int32(listener), Events: unix.POLLIN}}
		if _, err := unix.Poll(ready, -1); errors.Is(err, unix.EINTR) {
			continue
		} else if err != nil {
			return fmt.Errorf("waiting for calls: %w", err)
		}
		if ready[0].Revents&unix.POLLIN == 0 {
			return nil // nobody is left who could call
		}
		var asked notification
		switch no := control(listener, unix.SECCOMP_IOCTL_NOTIF_RECV, unsafe.Pointer(&asked)); no {
		case 0:
		case unix.EINTR, unix.ENOENT:
			continue // the caller was killed meanwhile
		default:
			return fmt.Errorf("reading a call: %w", no)
		}
		answer := reply{ID: asked.ID, Flags: unix.SECCOMP_USER_NOTIF_FLAG_CONTINUE}
		if w.counts(&asked) {
			if w.seen++; w.seen == w.at {
				w.happened = true
				w.do(w)
			}
			if w.fails != 0 && (w.seen == w.at || w.always) {
				answer.Flags, answer.Error = 0, -int32(w.fails)
			}
		}
		if no := control(listener, unix.SECCOMP_IOCTL_NOTIF_SEND, unsafe.Pointer(&answer)); no != 0 && no != unix.ENOENT {
			return fmt.Errorf("answering a call: %w", no)
		}
	}
}

func control(file int, what uintptr, about unsafe.Pointer) unix.Errno {
	_, _, no := unix.Syscall(unix.SYS_IOCTL, uintptr(file), what, uintptr(about))
	return no
}

// counts reports whether a call is one of the disk: writes to a terminal, a pipe or a file of others are not.
func (w *watched) counts(asked *notification) bool {
	if !slices.Contains(callNumbers["write"], int(asked.Number)) {
		return true
	}
	file := asked.Args[0]
	if asked.Number == unix.SYS_COPY_FILE_RANGE {
		file = asked.Args[2]
	}
	name, err := os.Readlink(fmt.Sprintf("/proc/%d/fd/%d", asked.PID, int32(file)))
	return err == nil && strings.HasPrefix(name, w.below+"/")
}

// notification and reply are struct seccomp_notif and seccomp_notif_resp of the kernel.
type (
	notification struct {
		ID           uint64
		PID, Flags   uint32
		Number       int32
		Architecture uint32
		At           uint64
		Args         [6]uint64
	}
	reply struct {
		ID    uint64
		Value int64
		Error int32
		Flags uint32
	}
)

// playWatched is the command "watched": it sets the filter for itself, gives the test the means to answer, and becomes the program.
func playWatched() {
	if err := becomeWatched(os.Args[1], os.Args[2:]); err != nil {
		fmt.Fprintln(os.Stderr, "watched:", err)
		os.Exit(exitError)
	}
}

func becomeWatched(kind string, args []string) error {
	path, err := exec.LookPath(args[0])
	if err != nil {
		return err
	}
	runtime.LockOSThread() // the filter is this thread's, and becomes the program's
	program := []unix.SockFilter{
		{Code: unix.BPF_LD | unix.BPF_W | unix.BPF_ABS, K: 4}, // the architecture
		{Code: unix.BPF_JMP | unix.BPF_JEQ | unix.BPF_K, K: architecture, Jt: 1},
		{Code: unix.BPF_RET | unix.BPF_K, K: unix.SECCOMP_RET_ALLOW},
		{Code: unix.BPF_LD | unix.BPF_W | unix.BPF_ABS, K: 0}, // the call
	}
	numbers := callNumbers[kind]
	for i, n := range numbers {
		program = append(program, unix.SockFilter{Code: unix.BPF_JMP | unix.BPF_JEQ | unix.BPF_K, K: uint32(n), Jt: uint8(len(numbers) - i)})
	}
	program = append(program,
		unix.SockFilter{Code: unix.BPF_RET | unix.BPF_K, K: unix.SECCOMP_RET_ALLOW},
		unix.SockFilter{Code: unix.BPF_RET | unix.BPF_K, K: unix.SECCOMP_RET_USER_NOTIF})
	if err := unix.Prctl(unix.PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0); err != nil {
		return err
	}
	filter := unix.SockFprog{Len: uint16(len(program)), Filter: &program[0]}
	// A signal must not make a call that waits for its answer ask again, where the kernel (5.19) can see to that.
	flags := uintptr(unix.SECCOMP_FILTER_FLAG_NEW_LISTENER | unix.SECCOMP_FILTER_FLAG_WAIT_KILLABLE_RECV)
	listener, _, no := unix.Syscall(unix.SYS_SECCOMP, unix.SECCOMP_SET_MODE_FILTER, flags, uintptr(unsafe.Pointer(&filter)))
	if no == unix.EINVAL {
		flags = unix.SECCOMP_FILTER_FLAG_NEW_LISTENER
		listener, _, no = unix.Syscall(unix.SYS_SECCOMP, unix.SECCOMP_SET_MODE_FILTER, flags, uintptr(unsafe.Pointer(&filter)))
	}
	if no != 0 {
		return fmt.Errorf("setting a filter: %w", no)
	}
	if err := unix.Sendmsg(3, []byte{0}, unix.UnixRights(int(listener)), nil, 0); err != nil {
		return fmt.Errorf("handing over the filter: %w", err)
	}
	unix.CloseOnExec(3)
	return unix.Exec(path, args, os.Environ())
}

// receiveFile receives a file descriptor.
func receiveFile(from int) (int, error) {
	data, rights := make([]byte, 1), make([]byte, unix.CmsgSpace(4))
	_, n, _, _, err := unix.Recvmsg(from, data, rights, unix.MSG_CMSG_CLOEXEC)
	if err != nil {
		return 0, err
	}
	messages, err := unix.ParseSocketControlMessage(rights[:n])
	if err != nil || len(messages) != 1 {
		return 0, fmt.Errorf("the program handed over no filter (%d messages, %v)", len(messages), err)
	}
	files, err := unix.ParseUnixRights(&messages[0])
	if err != nil || len(files) != 1 {
		return 0, fmt.Errorf("the program handed over %d filters: %v", len(files), err)
	}
	return files[0], nil
}
