package pdf

import (
	"trailscribe/internal/document"
	"trailscribe/internal/style"
)

// navy is the theme compiled in: a colour that a theme file lacks is taken from here, so that a page is never black on black.
var navy = map[string]style.RGB{
	"navy": {R: 0x0B, G: 0x2A, B: 0x4A}, "accent": {R: 0x0F, G: 0x7B, B: 0x8A}, "ink": {R: 0x1B, G: 0x27, B: 0x33},
	"grey": {R: 0x5B, G: 0x6B, B: 0x7B},
	"mid":  {R: 0x93, G: 0xA1, B: 0xAF}, "rule": {R: 0xD5, G: 0xDC, B: 0xE4}, "tint": {R: 0xF4, G: 0xF7, B: 0xFA},
	"zebra": {R: 0xF4, G: 0xF7, B: 0xFA},
	"band":  {R: 0x9F, G: 0xC3, B: 0xD6}, "bandtext": {R: 0xD6, G: 0xE4, B: 0xEE}, "bandrule": {R: 0x3F, G: 0xB6, B: 0xC4},
	"good": {R: 0x1E, G: 0x8A, B: 0x5A}, "critical": {R: 0xA3, G: 0x16, B: 0x2A}, "high": {R: 0xD4, G: 0x55, B: 0x1B},
	"medium": {R: 0xD9, G: 0x9A, B: 0x12},
	"low":    {R: 0x9D, G: 0xCD, B: 0xF3}, "info": {R: 0x85, G: 0x93, B: 0xA3}, "neutral": {R: 0x9D, G: 0xB4, B: 0xC8},
	"muted":    {R: 0xA9, G: 0xB4, B: 0xC0},
	"darktext": {R: 0x2B, G: 0x1D, B: 0x00}, "white": {R: 0xFF, G: 0xFF, B: 0xFF},
}

// palette gives the colours of a theme by name.
type palette map[string]style.RGB

func newPalette(t *style.Theme) palette {
	p := palette{}
	for name, c := range navy {
		p[name] = c
	}
	if t != nil {
		for name, c := range t.Colors {
			p[name] = c
		}
		if c, ok := t.Colors["chart"]; ok {
			p["neutral"] = c
		}
	}
	return p
}

// fill is the colour of a surface that carries a tone: a pill, a bar, a stripe.
func (p palette) fill(t document.Tone) style.RGB {
	switch t {
	case document.Good, document.Critical, document.High, document.Medium, document.Low, document.Info, document.Accent, document.Muted:
		return p[string(t)]
	}
	return p["neutral"]
}

// strong is the colour of a big number or a stripe of that tone; a neutral one is the house colour.
func (p palette) strong(t document.Tone) style.RGB {
	switch t {
	case document.Muted:
		return p["mid"]
	case document.Good, document.Critical, document.High, document.Medium, document.Low, document.Info, document.Accent:
		return p.fill(t)
	}
	return p["navy"]
}

// word is the colour of small text of that tone on white or on the tint of a card.
func (p palette) word(t document.Tone) style.RGB {
	return style.Readable(p.strong(t), p["tint"], style.Enough)
}

// figure is the colour of a large figure of that tone on the tint of a tile.
func (p palette) figure(t document.Tone) style.RGB {
	return style.Readable(p.strong(t), p["tint"], style.EnoughLarge)
}

// dim is the colour of text that steps back behind what it stands next to, such as the number of a line.
func (p palette) dim() style.RGB { return style.Readable(p["mid"], p["tint"], style.Enough) }

// on is the text colour that can be read on c: white, or the theme's dark text where white cannot be read.
func (p palette) on(c style.RGB) style.RGB { return style.On(c, p["white"], p["darktext"]) }

// heatRamp are the shades of a heat chart, from few to many, of the theme compiled in.
var heatRamp = []style.RGB{{R: 0xF4, G: 0xF7, B: 0xFA}, {R: 0xD3, G: 0xE3, B: 0xE9}, {R: 0x9C, G: 0xC7, B: 0xCF},
	{R: 0x57, G: 0xA5, B: 0xB0}, {R: 0x0F, G: 0x7B, B: 0x8A}, {R: 0x0B, G: 0x2A, B: 0x4A}}
