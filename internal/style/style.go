// Package style is how a report reads and looks: languages, themes, fonts. All are files under templates/.
package style
