package sql

import "trailscribe/internal/sql/ast"

// window checks what stands behind OVER.
func (k *checker) window(w *ast.Window, v env) {
	for _, id := range []*ast.Ident{w.Name, w.Base} {
		if id == nil {
			continue
		}
		if v.scope.window(id.Key()) == nil {
			k.problem(id, "there is no window "+id.Name, "Name it in a WINDOW clause", "")
		}
	}
	v.noWindow = "a window"
	for _, p := range w.PartitionBy {
		k.expr(p, v)
	}
	for _, o := range w.OrderBy {
		if t := k.expr(o.X, v); t.Kind != 0 && !t.orderable() {
			k.problem(o, "rows cannot be ordered by a value of type "+t.String(), "", "")
		}
	}
	if w.Frame != nil {
		for _, b := range []*ast.FrameBound{w.Frame.Start, w.Frame.Stop} {
			if b != nil && b.X != nil {
				k.expr(b.X, v)
			}
		}
	}
}

func (s *scope) window(key string) *ast.Window {
	for ; s != nil; s = s.outer {
		if w := s.windows[key]; w != nil {
			return w
		}
	}
	return nil
}
