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
	"trailscribe/internal/engine/athena"
	"trailscribe/internal/source/s3"
)

// aws is how AWS is reached: with the profile and region of the settings, else with what the AWS command line takes.
func (p *program) aws(ctx context.Context, s *setup, set config.Settings) (aws.Config, error) {
	a := s.config.Athena
	o := awsconfig.Options{Profile: set.Text(config.Profile), Region: set.Text(config.Region), RoleARN: a.Role.Value,
		ExternalID: a.ExternalID.Value, Endpoint: a.Endpoint.Value, FIPS: a.FIPS, Env: p.env}
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

// logsPlace is where the trail's logs are: the source of the caller, else logs: of the configuration, else its source, if that is in S3.
func logsPlace(s *setup, set config.Settings) (config.Setting, error) {
	x := set.Get(config.Source)
	places := []config.Setting{s.config.Athena.Logs, x}
	if x.Origin == originFlag {
		places = []config.Setting{x, s.config.Athena.Logs, s.config.Source}
	}
	for _, place := range places {
		if _, _, ok := awsconfig.Object(place.Value); ok {
			return place, nil
		}
	}
	return config.Setting{}, usage("set logs: under athena: in trailscribe.yaml to s3://bucket/prefix, or give --source s3://bucket/prefix",
		"Athena needs to know the bucket of the logs")
}

func (p *program) openBucket(ctx context.Context, s *setup, set config.Settings, place config.Setting) (*s3.Source, aws.Config, error) {
	cfg, err := p.aws(ctx, s, set)
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

// partitionFrom is athena.Options.PartitionFrom: the engine's own limit, which tests over few log files lower.
var partitionFrom int64

func (p *program) openAthena(ctx context.Context, s *setup, set config.Settings) (*athena.Engine, error) {
	timeout, err := queryTimeout(set)
	if err != nil {
		return nil, err
	}
	place, err := logsPlace(s, set)
	if err != nil {
		return nil, err
	}
	src, cfg, err := p.openBucket(ctx, s, set, place)
	if err != nil {
		return nil, err
	}
	a := s.config.Athena
	mode := set.Text(config.Mode)
	if mode == "auto" {
		mode = athena.Automatic
	} else if mode != athena.Staged && mode != athena.Direct {
		return nil, usage("", "there is no mode %q; there are %s", mode, strings.Join(modes, ", "))
	}
	e, err := athena.New(athena.Options{
		Definition: s.definition, Source: src, Athena: athena.NewClient(cfg), Glue: glue.NewFromConfig(cfg), S3: s3.NewClient(cfg),
		Region:    cfg.Region,
		Workgroup: a.Workgroup.Or(config.Default(config.DefaultWorkgroup)).Value,
		Database:  a.Database.Or(config.Default(config.DefaultDatabase)).Value, Table: a.Table.Or(config.Default(config.DefaultTable)).Value,
		Output: a.Output.Value, Staging: a.Staging.Value, Accounts: a.Accounts.Values, Mode: mode, PartitionFrom: partitionFrom,
		Concurrency: a.Concurrency, Price: price(s.config, cfg.Region), Reuse: a.ReuseMinutes, Timeout: timeout,
		Warn: p.term.Warn, Timing: athenaTiming(cfg),
	})
	if err != nil {
		return nil, fmt.Errorf("opening the engine: %w", err)
	}
	return e, nil
}

// athenaTiming is how long to wait between calls of the Athena that a configuration reaches.
func athenaTiming(cfg aws.Config) athena.Timing {
	return athena.TimingFor(awsconfig.CustomEndpoint(cfg) && strings.Contains(aws.ToString(cfg.BaseEndpoint), "://127.0.0.1:"))
}
