package historytest

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"path"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing/fstest"

	"trailscribe/internal/manifest"
	"trailscribe/internal/run"
)

// Store is a history in memory that behaves as an object store: objects are written whole, only where there is none of that key, and
// nothing is ever locked, renamed or overwritten. Machines with folders of their own share it.
//
// The objects of a run have the paths of its files. Beside them each series has numbered links, .chain/1 and so on: whoever writes the
// next link has taken revision and place in the chain at once. Files come after that, the manifest last.
type Store struct {
	mu      sync.Mutex
	objects map[string][]byte

	// Fault may fail a write of a key before or, with stored, after the object is there, as a lost reply does; nil: never.
	Fault func(key string, stored bool) error
}

// NewStore is a store without objects.
func NewStore() *Store { return &Store{objects: map[string][]byte{}} }

// errExists says that a key has an object.
var errExists = errors.New("the key has an object already")

// create writes an object where there is none of that key.
func (s *Store) create(ctx context.Context, key string, data []byte) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if err := ctx.Err(); err != nil {
		return err
	}
	fault := func(stored bool) error {
		if s.Fault == nil {
			return nil
		}
		return s.Fault(key, stored)
	}
	if err := fault(false); err != nil {
		return err
	}
	if _, ok := s.objects[key]; ok {
		return fmt.Errorf("%s: %w", key, errExists)
	}
	s.objects[key] = slices.Clone(data)
	return fault(true)
}

// put is create that may be told twice of the same bytes: an error after which the object is there is a reply that was lost.
func (s *Store) put(ctx context.Context, key string, data []byte) error {
	err := s.create(ctx, key, data)
	if err == nil {
		return nil
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if have, ok := s.objects[key]; ok && string(have) == string(data) {
		return nil
	}
	return err
}

// below are the objects whose keys begin with a prefix, by the rest of their keys.
func (s *Store) below(prefix string) fstest.MapFS {
	s.mu.Lock()
	defer s.mu.Unlock()
	found := fstest.MapFS{}
	for key, data := range s.objects {
		if name, ok := strings.CutPrefix(key, prefix); ok {
			found[name] = &fstest.MapFile{Data: data, Mode: 0o444}
		}
	}
	return found
}

// links are the runs of a series in the order in which they were added.
func (s *Store) links(series string) (all []run.End, err error) {
	objects := s.below(series + "/.chain/")
	for n := 1; objects[strconv.Itoa(n)] != nil; n++ {
		var link run.End
		if err := json.Unmarshal(objects[strconv.Itoa(n)].Data, &link); err != nil {
			return nil, fmt.Errorf("reading a link: %w", err)
		}
		all = append(all, link)
	}
	return all, nil
}

// Revisions are those of the links.
func (s *Store) Revisions(ctx context.Context, k run.Key) (numbers []int, err error) {
	links, err := s.links(k.Series())
	for _, l := range links {
		if period, number := path.Split(l.Run); path.Clean(period) == k.Series()+"/"+k.Period {
			n, err := strconv.Atoi(strings.TrimPrefix(number, "r"))
			if err != nil {
				return nil, fmt.Errorf("%q is not the name of a run", l.Run)
			}
			numbers = append(numbers, n)
		}
	}
	slices.Sort(numbers)
	return numbers, errors.Join(err, ctx.Err())
}

// End is the last link.
func (s *Store) End(ctx context.Context, k run.Key) (run.End, error) {
	links, err := s.links(k.Series())
	if err = errors.Join(err, ctx.Err()); err != nil || len(links) == 0 {
		return run.End{}, err
	}
	return links[len(links)-1], nil
}

// Open reads a run out of the objects.
func (s *Store) Open(ctx context.Context, name string) (*run.Saved, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	return run.Open(s.below(name + "/"))
}

// Add writes the next link, has the folder renamed and copies it.
func (s *Store) Add(ctx context.Context, e run.Entry) error {
	links, err := s.links(e.Key.Series()) // before the look: a link that comes after it has the number that is written here
	if err != nil {
		return err
	}
	if err := run.Addable(ctx, s, e); err != nil {
		return err
	}
	link, err := json.Marshal(run.End{Run: e.Manifest.Run, Digest: e.Manifest.Digest()})
	if err != nil {
		return err
	}
	err = s.put(ctx, fmt.Sprintf("%s/.chain/%d", e.Key.Series(), len(links)+1), link)
	if errors.Is(err, errExists) { // between the look and the write
		if err = run.Addable(ctx, s, e); err == nil {
			err = fmt.Errorf("%s: %w", e.Manifest.Run, run.ErrMoved)
		}
	}
	if err != nil {
		return err
	}
	files, err := e.Rename()
	if err != nil {
		return err
	}
	copyFile := func(name string) error {
		data, err := fs.ReadFile(files, name)
		if err != nil {
			return err
		}
		return s.put(ctx, e.Manifest.Run+"/"+name, data)
	}
	for _, f := range e.Manifest.Files {
		if err := copyFile(f.Name); err != nil {
			return err
		}
	}
	if err := copyFile(manifest.Signature); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	return copyFile(manifest.Name)
}

var _ run.History = (*Store)(nil)
