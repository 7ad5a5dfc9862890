package source

import (
	"context"
	"fmt"
)

// Sync copies what want accepts (nil: everything) and the sink does not have yet, and the metadata beside it. It stops
// at the first error and says which object it was about; what was copied stays, so that the next call goes on from there.
func Sync(ctx context.Context, from Source, to Sink, want func(Object) bool) (files, bytes int64, err error) {
	for o, err := range from.List(ctx, "") {
		if err != nil {
			return files, bytes, fmt.Errorf("listing %s: %w", from.Name(), err)
		}
		if want != nil && !want(o) {
			continue
		}
		have, err := to.Have(ctx, o)
		if err != nil {
			return files, bytes, fmt.Errorf("looking for %q in the copy: %w", o.Key, err)
		}
		if have {
			continue
		}
		n, err := copyOne(ctx, from, to, o)
		if err != nil {
			return files, bytes, err
		}
		files++
		bytes += n
	}
	return files, bytes, nil
}

func copyOne(ctx context.Context, from Source, to Sink, o Object) (int64, error) {
	body, opened, err := from.Open(ctx, o.Key)
	if err != nil {
		return 0, fmt.Errorf("opening %q of %s: %w", o.Key, from.Name(), err)
	}
	defer body.Close()
	if err := to.Put(ctx, opened, body); err != nil {
		return 0, fmt.Errorf("copying %q of %s: %w", o.Key, from.Name(), err)
	}
	return opened.Size, nil
}
