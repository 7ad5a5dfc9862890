package main

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io"
	"os"
	"os/user"
	"sync"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/sts"

	"trailscribe/internal/config"
	"trailscribe/internal/regular"
	"trailscribe/internal/run"
)

// whoAndWhere is what the journal and the manifest say of a run besides its result: who made it, on which machine, with which build of the
// program. A value that the system does not tell is left out. The record has none of it, so that two people get the same evidence digest.
func (p *program) whoAndWhere(set config.Settings) map[string]string {
	facts := map[string]string{}
	note := func(name, value string) {
		if value != "" {
			facts[name] = value
		}
	}
	note(run.FactPreparer, set.Text(config.Preparer))
	if u, err := user.Current(); err == nil {
		note("user", u.Username)
	}
	if host, err := os.Hostname(); err == nil {
		note("host", host)
	}
	note("build", build())
	if facts["build"] == "" { // built outside a checkout: the program itself is what tells it apart
		note("program_sha256", programDigest())
	}
	return facts
}

// programDigest is the SHA-256 of the running program's file; "" where it cannot be read. The file has some hundred megabytes, and a
// process may make many runs.
var programDigest = sync.OnceValue(func() string {
	name, err := os.Executable()
	if err != nil {
		return ""
	}
	f, err := regular.Open(name)
	if err != nil {
		return ""
	}
	defer f.Close()
	sum := sha256.New()
	if _, err := io.Copy(sum, f); err != nil {
		return ""
	}
	return hex.EncodeToString(sum.Sum(nil))
})

// caller is the ARN that AWS knows the caller by. It needs no permission, and nothing fails without it: the error is then the answer.
// Source: https://docs.aws.amazon.com/STS/latest/APIReference/API_GetCallerIdentity.html
func caller(ctx context.Context, cfg aws.Config) string {
	ctx, stop := context.WithTimeout(ctx, 10*time.Second)
	defer stop()
	who, err := sts.NewFromConfig(cfg).GetCallerIdentity(ctx, &sts.GetCallerIdentityInput{})
	if err != nil {
		return fmt.Sprintf("not known: %v", inPlainWords(err))
	}
	return aws.ToString(who.Arn)
}
