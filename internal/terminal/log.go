package terminal

import (
	"context"
	"fmt"
	"log/slog"
	"strings"
)

// Logger writes log lines to Err: level, message and attributes as text, or one JSON object a line with --log-format json. Lines below
// warning are written only when verbose. Times are in JSON lines only.
func (t *Terminal) Logger() *slog.Logger {
	level := slog.LevelWarn
	if t.verbose {
		level = slog.LevelDebug
	}
	if t.logJSON {
		return slog.New(slog.NewJSONHandler(lineWriter{t}, &slog.HandlerOptions{Level: level}))
	}
	return slog.New(&textHandler{t: t, level: level})
}

// object writes one line with --log-format json. It is written whatever its level: the caller knows whether it is wanted.
func (t *Terminal) object(level slog.Level, text string, attrs ...slog.Attr) {
	h := slog.NewJSONHandler(lineWriter{t}, &slog.HandlerOptions{Level: slog.LevelDebug})
	slog.New(h).LogAttrs(context.Background(), level, text, attrs...)
}

// said is an attribute, left out where there is nothing to say.
func said(name, value string) []slog.Attr {
	if value == "" {
		return nil
	}
	return []slog.Attr{slog.String(name, value)}
}

// lineWriter takes whole lines and keeps the progress bar below them.
type lineWriter struct{ t *Terminal }

func (w lineWriter) Write(p []byte) (int, error) {
	w.t.line(w.t.Err, string(p))
	return len(p), nil
}

type textHandler struct {
	t     *Terminal
	level slog.Level
	attrs []slog.Attr
	group string
}

// Enabled reports whether lines of a level are written.
func (h *textHandler) Enabled(_ context.Context, l slog.Level) bool { return l >= h.level }

// Handle writes one line.
func (h *textHandler) Handle(_ context.Context, r slog.Record) error {
	word, color := "debug: ", faint
	switch {
	case r.Level >= slog.LevelError:
		word, color = "error: ", red
	case r.Level >= slog.LevelWarn:
		word, color = "warning: ", yellow
	case r.Level >= slog.LevelInfo:
		word, color = "", ""
	}
	var b strings.Builder
	b.WriteString(h.t.paint(h.t.errColor, color, word) + oneLine(r.Message))
	add := func(prefix string, a slog.Attr) bool {
		writeAttr(&b, prefix, a)
		return true
	}
	for _, a := range h.attrs {
		add("", a)
	}
	r.Attrs(func(a slog.Attr) bool { return add(h.group, a) })
	h.t.line(h.t.Err, b.String(), raw)
	return nil
}

func writeAttr(b *strings.Builder, prefix string, a slog.Attr) {
	v := a.Value.Resolve()
	if v.Kind() == slog.KindGroup {
		if a.Key != "" {
			prefix += a.Key + "."
		}
		for _, x := range v.Group() {
			writeAttr(b, prefix, x)
		}
		return
	}
	s := oneLine(v.String())
	if s == "" || strings.ContainsAny(s, " \"=") {
		s = fmt.Sprintf("%q", s)
	}
	b.WriteString(" " + oneLine(prefix+a.Key) + "=" + s)
}

// WithAttrs is the handler with further attributes.
func (h *textHandler) WithAttrs(attrs []slog.Attr) slog.Handler {
	c := *h
	c.attrs = append([]slog.Attr(nil), h.attrs...)
	for _, a := range attrs {
		a.Key = h.group + a.Key
		c.attrs = append(c.attrs, a)
	}
	return &c
}

// WithGroup is the handler whose further attributes stand below a name.
func (h *textHandler) WithGroup(name string) slog.Handler {
	c := *h
	c.group += name + "."
	return &c
}
