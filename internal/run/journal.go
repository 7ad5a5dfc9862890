package run

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"time"

	"trailscribe/internal/regular"
)

// openJournal opens the journal for appending. After a crash its last line may be torn: it is cut off.
func openJournal(dir string) (*os.File, error) {
	f, err := os.OpenFile(filepath.Join(dir, journalName), os.O_CREATE|os.O_RDWR|regular.NonBlock|regular.NoFollow, fileMode)
	if err != nil {
		return nil, fmt.Errorf("opening the journal: %w", err)
	}
	b, err := regular.All(f, maxText)
	if err == nil {
		whole := int64(bytes.LastIndexByte(b, '\n') + 1)
		if err = f.Truncate(whole); err == nil {
			_, err = f.Seek(whole, 0)
		}
	}
	if err != nil {
		f.Close()
		return nil, fmt.Errorf("opening the journal: %w", err)
	}
	return f, nil
}

// Note writes facts to the journal and waits until they are on the disk. A fact without a time gets the present one.
func (f *Folder) Note(facts ...Fact) error {
	if len(facts) == 0 {
		return nil
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.journal == nil {
		return errors.New("writing the journal: it is closed")
	}
	now := time.Now()
	var lines []byte
	for _, x := range facts {
		if x.At.IsZero() {
			x.At = now
		}
		x.At = x.At.UTC().Truncate(time.Millisecond)
		b, err := json.Marshal(x)
		if err != nil {
			return fmt.Errorf("writing the journal: %w", err)
		}
		lines = append(append(lines, b...), '\n')
	}
	_, err := f.journal.Write(lines)
	if err == nil {
		err = f.journal.Sync()
	}
	if err != nil {
		return fmt.Errorf("writing the journal: %w", err)
	}
	return nil
}

// FactPreparer is the name of the fact that says who made a run, where somebody said so. The sign-off page prints it.
const FactPreparer = "preparer"

// FactSigningKey is the name of the fact of a manifest that says which key signs it, by its fingerprint: whoever takes the signature away
// has to change the manifest too.
const FactSigningKey = "signing_key"

// Preparer is who made the run, by its journal; "" where nobody said so. Of several processes that worked at it the last counts.
func (s *Saved) Preparer() (name string) {
	for _, x := range s.Facts() {
		if x.Name == FactPreparer && (x.Step == StepStart || x.Step == StepResume) {
			name = x.Value
		}
	}
	return name
}

// Steps of the facts that a process writes when it begins to work at a run.
const (
	StepStart  = "start"
	StepResume = "resume"
)

// Facts are the lines of the journal in the order they were written; a line that cannot be read is left out.
func (s *Saved) Facts() []Fact {
	b, err := regular.ReadFile(s.fsys, journalName, maxText)
	if err != nil {
		return nil
	}
	var facts []Fact
	for line := range bytes.Lines(b) {
		var x Fact
		if json.Unmarshal(line, &x) == nil {
			facts = append(facts, x)
		}
	}
	return facts
}
