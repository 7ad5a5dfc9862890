package main

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/glue"

	"trailscribe/internal/awsconfig"
	"trailscribe/internal/config"
	"trailscribe/internal/engine"
	"trailscribe/internal/engine/athena"
	"trailscribe/internal/source/s3"
)

// engineName is the engine that answers: --engine, else --source alone means duckdb, else the configuration's, else duckdb.
func (p *program) engineName(s *setup) (string, error) {
	name := p.flags.engine
	if name == "" && p.flags.source == "" {
		name = s.config.Engine.Value
	}
	if name == "" {
		name = "duckdb"
	}
	if !contains(engines, name) {
		return "", usage("", "there is no engine %q; there are %s", name, strings.Join(engines, ", "))
	}
	return name, nil
}

// aws is how AWS is reached: --aws-profile and --aws-region, else the configuration, else what the AWS command line takes.
func (p *program) aws(ctx context.Context, s *setup) (aws.Config, error) {
	a := s.config.Athena
	o := awsconfig.Options{Profile: p.flags.awsProfile, Region: p.flags.awsRegion, RoleARN: a.Role.Value, ExternalID: a.ExternalID.Value, Endpoint: a.Endpoint.Value, FIPS: a.FIPS, Env: p.env}
	if o.Profile == "" {
		o.Profile = a.Profile.Value
	}
	if o.Region == "" {
		o.Region = a.Region.Value
	}
	cfg, err := awsconfig.Load(ctx, o)
	if err != nil {
		return cfg, inPlainWords(err)
	}
	return cfg, nil
}

// inPlainWords says an error of AWS in plain words with what to do.
func inPlainWords(err error) error {
	sentence, hint := awsconfig.Explain(err)
	return &codedError{code: exitError, err: errors.New(strings.TrimSuffix(sentence, ".")), hint: hint}
}

// logsPlace is where the trail's logs lie: --source, else logs: of the configuration, else its source: in S3.
func (p *program) logsPlace(s *setup) (config.Setting, error) {
	for _, set := range []config.Setting{{Value: p.flags.source}, s.config.Athena.Logs, s.config.Source} {
		if _, _, ok := awsconfig.Object(set.Value); ok {
			return set, nil
		}
	}
	return config.Setting{}, usage("set logs: under athena: in trailscribe.yaml to s3://bucket/prefix, or give --source s3://bucket/prefix", "Athena needs to know the bucket of the logs")
}

func (p *program) openBucket(ctx context.Context, s *setup, place config.Setting) (*s3.Source, aws.Config, error) {
	cfg, err := p.aws(ctx, s)
	if err != nil {
		return nil, cfg, err
	}
	in, err := awsconfig.ParsePlace(place.Value)
	if err != nil {
		return nil, cfg, &codedError{code: exitUsage, err: fmt.Errorf("the place of the logs: %w", err)}
	}
	src, err := s3.New(s3.Options{Client: s3.NewClient(cfg), Bucket: in.Bucket, Prefix: in.Prefix})
	return src, cfg, err
}

// shelvesFrom is athena.Options.ShelvesFrom: the engine's own limit, which tests over few log files lower.
var shelvesFrom int64

func (p *program) openAthena(ctx context.Context, s *setup) (engine.Engine, error) {
	place, err := p.logsPlace(s)
	if err != nil {
		return nil, err
	}
	src, cfg, err := p.openBucket(ctx, s, place)
	if err != nil {
		return nil, err
	}
	a := s.config.Athena
	mode := p.flags.mode
	if mode == "auto" {
		mode = athena.Automatic
	} else if mode != athena.Staged && mode != athena.Direct {
		return nil, usage("", "there is no mode %q; there are %s", mode, strings.Join(modes, ", "))
	}
	e, err := athena.New(athena.Options{
		Definition: s.definition, Source: src, Athena: athena.NewClient(cfg), Glue: glue.NewFromConfig(cfg), S3: s3.NewClient(cfg), Region: cfg.Region,
		Workgroup: a.Workgroup.Or(config.Default(config.DefaultWorkgroup)).Value, Database: a.Database.Or(config.Default(config.DefaultDatabase)).Value, Table: a.Table.Or(config.Default(config.DefaultTable)).Value,
		Output: a.Output.Value, Staging: a.Staging.Value, Accounts: a.Accounts.Values, Mode: mode, ShelvesFrom: shelvesFrom, Concurrency: a.Concurrency, Price: price(s.config, cfg.Region), Reuse: a.ReuseMinutes,
		Warn: p.term.Warn, Timing: athena.TimingFor(awsconfig.CustomEndpoint(cfg) && strings.Contains(aws.ToString(cfg.BaseEndpoint), "://127.0.0.1:")),
	})
	if err != nil {
		return nil, fmt.Errorf("opening the engine: %w", err)
	}
	return e, nil
}
