package unread

import (
	"errors"
	"io"
	"io/fs"

	"trailscribe/internal/errno"
)

// The kinds. What is called event is a single one that was handed to the program, not one of a file.
const (
	// By the listing: the file was not opened.
	FolderMarker Kind = "folder-marker"
	OwnRun       Kind = "own-run"   // a file of a run of this program
	OwnCache     Kind = "own-cache" // a file of a cache of this program
	Hidden       Kind = "hidden"
	DigestPlace  Kind = "digest-folder"
	PublicKeys   Kind = "public-keys" // of CloudTrail, kept with a copy of digests
	InsightPlace Kind = "insight-folder"
	NetworkPlace Kind = "network-folder"
	Aggregated   Kind = "aggregated-folder"
	OtherPlace   Kind = "other-folder"
	Archived     Kind = "archived"
	Link         Kind = "link"

	// By Athena.
	TableAccount Kind = "table-lacks-account"
	TableRegion  Kind = "table-lacks-region"
	TableDay     Kind = "table-lacks-day"
	AthenaFailed Kind = "athena-failed"

	// By opening and decoding.
	Vanished     Kind = "vanished"
	CannotRead   Kind = "cannot-read"
	CannotDecode Kind = "cannot-decode"
	GzipCutOff   Kind = "gzip-cut-off"
	GzipChecksum Kind = "gzip-checksum"
	GzipDamaged  Kind = "gzip-damaged"
	FileTooLarge Kind = "file-too-large"
	Bomb         Kind = "bomb"

	// By its content.
	Empty          Kind = "empty"
	Blank          Kind = "blank"
	CutOff         Kind = "cut-off"
	CutOffRecord   Kind = "cut-off-record"
	NotText        Kind = "not-json-text"
	Zip            Kind = "zip"
	Zstd           Kind = "zstd"
	Bzip2          Kind = "bzip2"
	XZ             Kind = "xz"
	Parquet        Kind = "parquet"
	UTF16          Kind = "utf-16"
	Tar            Kind = "tar"
	Archive        Kind = "archive"
	GzipTwice      Kind = "gzip-twice"
	EventsInside   Kind = "events-inside" // events of CloudTrail, in a form that is not read
	NotJSON        Kind = "not-json"
	TooDeep        Kind = "too-deep"
	TooMany        Kind = "too-many-elements"
	RecordTooLarge Kind = "record-too-large"
	NotObject      Kind = "not-an-object"
	Digest         Kind = "digest-file"
	Config         Kind = "config-file"
	LogsExport     Kind = "logs-export"
	Notification   Kind = "notification"
	NoKeys         Kind = "no-keys"
	OtherKeys      Kind = "other-keys"
	BeforeRecords  Kind = "before-records"
	AfterRecords   Kind = "after-records"
	InsideEmpty    Kind = "inside-empty"
	InsideCutOff   Kind = "inside-cut-off"
	InsideDamaged  Kind = "inside-damaged"
	InsideMore     Kind = "inside-more"
	InsideForeign  Kind = "inside-foreign"
	EventEmpty     Kind = "event-empty"
	EventNotObject Kind = "event-not-object"
	EventCutOff    Kind = "event-cut-off"
	EventMore      Kind = "event-more"

	// Said is the sentence that runs of the first format have in place of a kind.
	Said Kind = "said"
)

// Kinds has the names of the arguments of each kind. A number called bytes is a size.
var Kinds = map[Kind][]string{
	FolderMarker: nil, OwnRun: {"run"}, OwnCache: nil, Hidden: nil, DigestPlace: nil, PublicKeys: nil, InsightPlace: nil, NetworkPlace: nil,
	Aggregated: nil,
	OtherPlace: {"folder"}, Archived: {"class"}, Link: nil,
	TableAccount: {"account"}, TableRegion: {"account", "region"}, TableDay: {"account", "day"}, AthenaFailed: {"error"},
	Vanished: nil, CannotRead: {"error"}, CannotDecode: nil, GzipCutOff: nil, GzipChecksum: nil, GzipDamaged: nil,
	FileTooLarge: {"bytes"}, Bomb: {"times", "bytes"},
	Empty: nil, Blank: nil, CutOff: nil, CutOffRecord: nil, NotText: nil, Zip: nil, Zstd: nil, Bzip2: nil, XZ: nil, Parquet: nil, UTF16: nil,
	Tar: nil, Archive: {"format"}, GzipTwice: nil, EventsInside: {"found"},
	NotJSON: {"missing", "at"}, TooDeep: {"levels"}, TooMany: {"most"}, RecordTooLarge: {"bytes"}, NotObject: {"element"},
	Digest: nil, Config: nil, LogsExport: nil, Notification: nil, NoKeys: nil, OtherKeys: {"keys"},
	BeforeRecords: {"found"}, AfterRecords: {"n", "found"},
	InsideEmpty: {"key"}, InsideCutOff: {"key"}, InsideDamaged: {"key", "found"}, InsideMore: {"key"}, InsideForeign: {"key"},
	EventEmpty: nil, EventNotObject: nil, EventCutOff: nil, EventMore: nil,
	Said: {"text"},
}

// What JSON lacks (NotJSON), and what stands in place of an object (NotObject).
const (
	Escape         Word = "escape"
	HexDigits      Word = "hex-digits"
	Colon          Word = "colon"
	CommaOrBrace   Word = "comma-or-brace"
	CommaOrBracket Word = "comma-or-bracket"
	Value          Word = "value"
	Digit          Word = "digit"
	Key            Word = "key"
	Record         Word = "record"
	AString        Word = "string"
	AList          Word = "list"
	ANumber        Word = "number"
	ABool          Word = "bool"
	ANull          Word = "null"
)

// Words are all of them.
var Words = []Word{Escape, HexDigits, Colon, CommaOrBrace, CommaOrBracket, Value, Digit, Key, Record, AString, AList, ANumber, ABool, ANull}

// Failed is the reason by an error of opening or reading: Vanished, or CannotRead with the name of an error of the operating system
// (EACCES) or of a service (AccessDenied). The text of an error names places of one machine and is left out.
func Failed(err error) Reason {
	if errors.Is(err, fs.ErrNotExist) {
		return Because(Vanished)
	}
	var coded interface{ ErrorCode() string }
	name := errno.Name(err)
	var waited interface{ Timeout() bool }
	switch {
	case name != "":
	case errors.As(err, &coded):
		name = coded.ErrorCode()
	case errors.As(err, &waited) && waited.Timeout():
		name = "ETIMEDOUT"
	case errors.Is(err, io.ErrUnexpectedEOF): // a transfer that broke off
		name = "EOF"
	}
	if name == "" {
		name = "unknown"
	}
	return Because(CannotRead, name)
}

// Foreign reports whether a file of this kind is of another kind than log files and was found by looking into it: it is left out, and a
// reader is told of it, since somebody put it next to the logs.
func (k Kind) Foreign() bool {
	switch k {
	case NotText, NotObject, Config, LogsExport, Notification, NoKeys, OtherKeys:
		return true
	}
	return false
}
