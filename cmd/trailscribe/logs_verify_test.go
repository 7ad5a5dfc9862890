package main

import (
	"bytes"
	"context"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"trailscribe/internal/awsfake"
	"trailscribe/internal/integrity/integritytest"
	"trailscribe/internal/integrity/sample"
	"trailscribe/internal/source"
	"trailscribe/internal/source/dir"
)

// verifier runs logs verify in a folder against a fake AWS with a trail.
type verifier struct {
	t    *testing.T
	fake *awsfake.Server
	dir  string
	w    *integritytest.World
}

func newVerifier(t *testing.T, tamper func(w *integritytest.World)) *verifier {
	t.Helper()
	fake, err := awsfake.New(awsfake.Options{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(fake.Close)
	place := sample.Place{Prefix: "trail", Account: "111122223333", Region: "eu-west-1", Trail: "main", Home: "eu-central-1"}
	v := &verifier{t, fake, t.TempDir(), integritytest.New(1, place, integritytest.Edit{Logs: func(int) int { return 2 }})}
	tamper(v.w)
	for k, body := range v.w.Files {
		fake.PutMeta(v.w.Bucket, k, body, v.w.Meta[k])
	}
	for region, keys := range v.w.Keys {
		for _, k := range keys {
			fake.PublicKeys(region, awsfake.PublicKey{Value: k.Value, Fingerprint: k.Fingerprint, From: k.From, To: k.To})
		}
	}
	return v
}

// run verifies, and says what was printed if the exit code is another one.
func (v *verifier) run(code int, args ...string) (out, said string) {
	v.t.Helper()
	var o, e bytes.Buffer
	got := MainIn(context.Background(), v.dir, append([]string{"logs", "verify"}, args...), strings.NewReader(""), &o, &e, v.fake.Getenv)
	if got != code {
		v.t.Errorf("logs verify %s ended with %d, want %d\n%s%s", strings.Join(args, " "), got, code, o.String(), e.String())
	}
	return o.String(), e.String()
}

// copied puts the trail into a folder as a copy that keeps metadata.
func (v *verifier) copied(folder string) string {
	v.t.Helper()
	to, err := dir.New(dir.Options{Root: filepath.Join(v.dir, folder), Create: true})
	if err != nil {
		v.t.Fatal(err)
	}
	defer to.Close()
	for k, body := range v.w.Files {
		if err := to.Put(v.t.Context(), source.Object{Key: strings.TrimPrefix(k, "trail/"), Meta: v.w.Meta[k]},
			bytes.NewReader(body)); err != nil {
			v.t.Fatal(err)
		}
	}
	return folder
}

func (v *verifier) remove(pattern string) {
	v.t.Helper()
	err := filepath.WalkDir(v.dir, func(path string, d os.DirEntry, err error) error {
		if ok, _ := filepath.Match(pattern, d.Name()); err == nil && ok && !d.IsDir() {
			return os.Remove(path)
		}
		return err
	})
	if err != nil {
		v.t.Fatal(err)
	}
}

// want holds a text against parts that must be in it.
func want(t *testing.T, text string, parts ...string) {
	t.Helper()
	for _, p := range parts {
		if !strings.Contains(text, p) {
			t.Errorf("%q is not in\n%s", p, text)
		}
	}
}

// In S3 a trail is verified with keys of AWS; the keys can be kept and a copy be verified with them.
func TestLogsVerify(t *testing.T) {
	v := newVerifier(t, func(*integritytest.World) {})
	remote := []string{"--source", "s3://" + v.w.Bucket + "/trail", "--period", "2026-10-05..2026-10-06"}

	// twelve hours of two days are covered: what is there is valid, and the rest of the days is told
	out, _ := v.run(4, remote...)
	want(t, out, "111122223333 eu-west-1: incomplete", "12 valid (trail main_eu-central-1)", "24 valid", "covered  ", "head-uncovered",
		"tail-uncovered")
	_, said := v.run(2, remote[:2]...)
	want(t, said, "without a period")
	_, said = v.run(4, append(remote, "--save-keys", "keys")...)
	want(t, said, "the public keys of 1 region are in keys")

	local := v.copied("logs")
	out, said = v.run(0, "--source", local, "--keys", "keys")
	want(t, out, "valid: all that was asked for", "copy of               s3://example-logs")
	want(t, said, "compare them with what AWS gives")
	out, said = v.run(4, "--source", local)
	want(t, out, "no public key of eu-west-1 and its time is known")
	want(t, said, "there is no folder logs/cloudtrail-keys")
	if err := os.Rename(filepath.Join(v.dir, "keys"), filepath.Join(v.dir, local, "cloudtrail-keys")); err != nil {
		t.Fatal(err)
	}
	out, _ = v.run(0, "--source", local, "--output", "json")
	want(t, out, `"class":"valid","about":"log","file":null,"from":null,"to":null,"files":24`)

	// as aws s3 sync leaves it: without metadata. All but the newest have their signature in the next one.
	v.remove(".*.trailscribe-meta.json")
	out, _ = v.run(4, "--source", local)
	want(t, out, "11 valid, 1 could not be checked", "its signature is not here",
		"11 of the digests are verified with what the next digest holds")
	v.run(4, "--source", local, "--keys", "aws")
	_, said = v.run(2, "--source", local, "--keys", "nowhere")
	want(t, said, "no folder nowhere")
	_, said = v.run(2, "--source", local, "--original-bucket", "x")
	want(t, said, "--original-bucket is for s3://")

	gone := v.w.Digests[6].LogKeys[0]
	v.remove(filepath.Base(gone))
	out, _ = v.run(7, "--source", local, "--output", "csv")
	want(t, out, ",failed,missing,log,"+gone)

	// in the bucket: a copy of another bucket is not taken for it
	for k, body := range v.w.Files {
		v.fake.PutMeta("copy", k, body, v.w.Meta[k])
	}
	moved := []string{"--source", "s3://copy/trail", "--period", "2026-10-05..2026-10-06"}
	out, _ = v.run(7, moved...)
	want(t, out, "it was delivered to the bucket example-logs")
	out, _ = v.run(4, append(moved, "--original-bucket", "example-logs")...)
	want(t, out, "12 valid", "copy of")
}

// A digest that was deleted in the bucket, while reads are throttled and break off, and a log file that may not be read.
func TestLogsVerifyInS3(t *testing.T) {
	var gone, secret string
	v := newVerifier(t, func(w *integritytest.World) {
		gone, secret = w.Digests[5].Key, w.Digests[8].LogKeys[0]
		w.Remove(gone)
	})
	v.fake.Inject(awsfake.Fault{Kind: awsfake.Throttle, Call: "s3:GetObject", Times: 10})
	v.fake.Inject(awsfake.Fault{Kind: awsfake.HalfBody, Call: "s3:GetObject", Times: 10})
	remote := []string{"--source", "s3://" + v.w.Bucket + "/trail", "--period", "2026-10-05..2026-10-06"}
	out, _ := v.run(7, remote...)
	want(t, out, "11 valid, 1 failed", "22 valid, 2 could not be checked", "missing               digest "+filepath.Base(gone), "chain-gap")
	v.fake.Inject(awsfake.Fault{Kind: awsfake.Denied, Call: "s3:GetObject", Body: filepath.Base(secret)})
	out, _ = v.run(7, remote...)
	want(t, out, "21 valid, 3 could not be checked", "unverifiable          log "+filepath.Base(secret))
}
