package main

import (
	"path/filepath"
	"strings"
	"testing"
)

// What the environment keeps secret is in no file that is written and in no message.
func TestAttackSecrets(t *testing.T) {
	names := []string{
		"AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN", "AWS_WEB_IDENTITY_TOKEN_FILE", "AWS_ROLE_ARN", "AWS_PROFILE",
		"AWS_CONTAINER_AUTHORIZATION_TOKEN", "GITHUB_TOKEN", "HTTPS_PROXY", "HTTP_PROXY", "SSH_AUTH_SOCK", "TRAILSCRIBE_SIGN_PASSPHRASE",
		"PGPASSWORD", "DUCKDB_TOKEN",
	}
	attack{name: "secrets in the environment: all formats, --verbose, damaged logs", whole: 6, sample: 1, try: func(t *try) {
		g, folder := attackGround(t), t.TempDir()
		logs := g.logs
		if t.number%2 == 0 { // messages about what cannot be read
			logs = filepath.Join(folder, "logs")
			copyTree(t, g.logs, logs)
			for range 3 {
				changeLogs(t, logs)
			}
		}
		args := append(g.over(logs, job{"quick", attackPeriod}, "out", "cache"), "--format", "pdf,xlsx,json,csv,csv-safe", "--verbose")
		args = append(args, [][]string{nil, {"--log-format", "json"}, {"--memory", "1"}}[t.IntN(3)]...)
		c := command(t.Context(), folder, args...)
		const secret = "zzsecretzz"
		for _, name := range names {
			c.Env = append(c.Env, name+"=http://"+secret+name+"@proxy.example:1")
		}
		e := t.ends(c, exitDone, exitIncomplete, exitUsage)
		if strings.Contains(e.out+e.err, secret) {
			t.Errorf("a secret was printed:\n%s%s", e.out, e.err)
		}
		if e.code != exitUsage {
			for _, below := range []string{"out", "cache"} {
				if found := holdsText(t, filepath.Join(folder, below), secret); len(found) > 0 {
					t.Errorf("a secret is in %v", found)
				}
			}
		}
		t.add("secrets", len(names))
	}}.run(t)
}
