package awsfake

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/athena"
	"github.com/aws/aws-sdk-go-v2/service/glue"
	gluetypes "github.com/aws/aws-sdk-go-v2/service/glue/types"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/aws/aws-sdk-go-v2/service/sts"

	"trailscribe/internal/awsconfig"
	"trailscribe/internal/sql"
)

// place is a fake with the clients of the real SDK, wired as the program wires them.
type place struct {
	*Server
	cfg    aws.Config
	s3     *s3.Client
	glue   *glue.Client
	athena *athena.Client
	sts    *sts.Client
}

func start(t testing.TB, o Options) *place {
	t.Helper()
	s, err := New(o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(s.Close)
	p := &place{Server: s}
	p.cfg, err = awsconfig.Load(context.Background(), awsconfig.Options{Env: s.Getenv})
	if err != nil {
		t.Fatal(err)
	}
	once := p.cfg.Copy()
	once.Retryer = func() aws.Retryer { return aws.NopRetryer{} }
	p.s3, p.glue, p.athena, p.sts = s3.NewFromConfig(once), glue.NewFromConfig(once), athena.NewFromConfig(once), sts.NewFromConfig(once)
	return p
}

type (
	glueTable    = gluetypes.TableInput
	glueColumnOf = gluetypes.Column
)

func asError[E error](err error, into *E) bool { return errors.As(err, into) }

func writeJSONText(w *strings.Builder, t *sql.Type, text string) error {
	var b bytes.Buffer
	err := writeJSON(&b, t, json.RawMessage(text), "x")
	w.Write(b.Bytes())
	return err
}
