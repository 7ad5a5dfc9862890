package lake

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/athena"
	"github.com/aws/aws-sdk-go-v2/service/athena/types"

	"trailscribe/internal/awsconfig"
	"trailscribe/internal/infra"
)

// engineVersion is the one whose language this program writes.
const engineVersion = "Athena engine version 3"

// workgroup is the Athena workgroup: who pays, where results go, how much one query may read.
type workgroup struct{ *Lake }

func (w *workgroup) Component() string { return "workgroup" }
func (w *workgroup) Ref() string       { return "workgroup " + w.Workgroup }

func (w *workgroup) arn() string {
	return "arn:" + w.Partition + ":athena:" + w.Region + ":" + w.Account + ":workgroup/" + w.Workgroup
}

// noGroup tells that a workgroup does not exist: Athena answers so with InvalidRequestException.
func noGroup(err error) bool {
	var e *types.InvalidRequestException
	return errors.As(err, &e) && strings.Contains(strings.ToLower(e.ErrorMessage()), "not found")
}

func (w *workgroup) Read(ctx context.Context) (infra.State, error) {
	out, err := w.groups.GetWorkGroup(ctx, &athena.GetWorkGroupInput{WorkGroup: &w.Workgroup})
	if noGroup(err) {
		return infra.State{}, nil
	}
	if err != nil {
		return infra.State{}, err
	}
	if out.WorkGroup == nil {
		return infra.State{}, errors.New("Athena answered without a workgroup")
	}
	s := infra.State{Exists: true, Fields: settings(out.WorkGroup), Data: out.WorkGroup}
	in := &athena.ListTagsForResourceInput{ResourceARN: aws.String(w.arn())}
	for {
		tags, err := w.groups.ListTagsForResource(ctx, in)
		if err != nil {
			return infra.State{}, fmt.Errorf("reading its tags: %w", err)
		}
		for _, t := range tags.Tags {
			if aws.ToString(t.Key) == Mark && aws.ToString(t.Value) == MarkValue {
				s.Ours = true
			}
		}
		if aws.ToString(tags.NextToken) == "" {
			return s, nil
		}
		in.NextToken = tags.NextToken
	}
}

// ScanLimit is the setting of a workgroup whose value is a number of bytes.
const ScanLimit = "scan limit"

// Settings of a workgroup, as they are shown and compared.
const (
	groupState      = "state"
	groupEnforced   = "enforced settings"
	groupEngine     = "engine version"
	groupLimit      = ScanLimit
	groupMetrics    = "metrics"
	groupRequester  = "requester pays"
	groupManaged    = "managed results"
	groupOutput     = "results location"
	groupEncryption = "results encryption"
)

func settings(g *types.WorkGroup) map[string]string {
	c := g.Configuration
	if c == nil {
		c = &types.WorkGroupConfiguration{}
	}
	f := map[string]string{
		groupState:     string(g.State),
		groupEnforced:  strconv.FormatBool(aws.ToBool(c.EnforceWorkGroupConfiguration)),
		groupLimit:     "none",
		groupMetrics:   strconv.FormatBool(aws.ToBool(c.PublishCloudWatchMetricsEnabled)),
		groupRequester: strconv.FormatBool(aws.ToBool(c.RequesterPaysEnabled)),
		groupManaged:   strconv.FormatBool(c.ManagedQueryResultsConfiguration != nil && c.ManagedQueryResultsConfiguration.Enabled),
	}
	if c.BytesScannedCutoffPerQuery != nil {
		f[groupLimit] = strconv.FormatInt(*c.BytesScannedCutoffPerQuery, 10)
	}
	if c.EngineVersion != nil {
		f[groupEngine] = aws.ToString(c.EngineVersion.SelectedEngineVersion)
	}
	if r := c.ResultConfiguration; r != nil {
		f[groupOutput] = aws.ToString(r.OutputLocation)
		if r.EncryptionConfiguration != nil {
			f[groupEncryption] = strings.TrimSpace(string(r.EncryptionConfiguration.EncryptionOption) + " " +
				aws.ToString(r.EncryptionConfiguration.KmsKey))
		}
	}
	return f
}

// wanted settings with their reasons, in the order in which they are shown.
func (w *workgroup) wanted() [][3]string {
	list := [][3]string{
		{groupState, "ENABLED", "a disabled workgroup refuses queries"},
		{groupEnforced, "true", "otherwise a client's own settings win over the limit and the place of results"},
		{groupEngine, engineVersion, "the language of the queries"},
		{groupLimit, strconv.FormatInt(w.ScanLimit, 10), "bytes at which Athena stops a query; what was read until then is billed"},
		{groupMetrics, "true", "bytes and failures show in CloudWatch"},
		{groupRequester, "false", "CloudTrail's buckets are not requester pays"},
	}
	if w.Output.Bucket == "" {
		return append(list, [3]string{groupManaged, "true", "no output is configured: Athena keeps results " +
			"itself, encrypted, and lets them expire"})
	}
	return append(list, [3]string{groupManaged, "false", "results go to the configured output"},
		[3]string{groupOutput, w.Output.String(), "the configured output"},
		[3]string{groupEncryption, string(types.EncryptionOptionSseS3), "results hold what the logs hold"})
}

func (w *workgroup) Diff(s infra.State) []infra.Change {
	d := differ{ref: w.Ref()}
	if !s.Exists {
		d.add(infra.Add, "", "", "", "it is not there")
	}
	for _, x := range w.wanted() {
		name, want, reason := x[0], x[1], x[2]
		have := s.Fields[name]
		switch {
		case name == groupOutput && awsconfig.Location(have) == awsconfig.Location(want):
		case name == groupEncryption && strings.HasPrefix(have, "SSE_KMS"): // stronger, and somebody's choice
		default:
			d.text(name, have, want, reason)
		}
	}
	if s.Exists && !s.Ours && len(d.changes) > 0 {
		if w.Adopt {
			d.add(infra.Add, "tag "+Mark, "", MarkValue, "tells that Trailscribe keeps this workgroup")
		} else {
			d.block("it was not made by Trailscribe: take it over with --adopt, or give another name under workgroup:")
		}
	}
	return d.changes
}

func (w *workgroup) Apply(ctx context.Context, s infra.State) error {
	tags := []types.Tag{{Key: aws.String(Mark), Value: aws.String(MarkValue)}}
	if !s.Exists {
		_, err := w.groups.CreateWorkGroup(ctx, &athena.CreateWorkGroupInput{Name: &w.Workgroup,
			Description: aws.String("Made and kept by Trailscribe"), Tags: tags, Configuration: w.configuration()})
		return err
	}
	up := &types.WorkGroupConfigurationUpdates{
		EnforceWorkGroupConfiguration:   aws.Bool(true),
		EngineVersion:                   &types.EngineVersion{SelectedEngineVersion: aws.String(engineVersion)},
		BytesScannedCutoffPerQuery:      &w.ScanLimit,
		PublishCloudWatchMetricsEnabled: aws.Bool(true),
		RequesterPaysEnabled:            aws.Bool(false),
		ManagedQueryResultsConfigurationUpdates: &types.ManagedQueryResultsConfigurationUpdates{
			Enabled: aws.Bool(w.Output.Bucket == "")},
	}
	if w.Output.Bucket == "" { // the two exclude each other
		up.ResultConfigurationUpdates = &types.ResultConfigurationUpdates{RemoveOutputLocation: aws.Bool(true),
			RemoveEncryptionConfiguration: aws.Bool(true)}
	} else {
		up.ResultConfigurationUpdates = &types.ResultConfigurationUpdates{OutputLocation: aws.String(w.Output.String())}
		if !strings.HasPrefix(s.Fields[groupEncryption], "SSE_KMS") {
			up.ResultConfigurationUpdates.EncryptionConfiguration = &types.EncryptionConfiguration{EncryptionOption: types.EncryptionOptionSseS3}
		}
	}
	if _, err := w.groups.UpdateWorkGroup(ctx, &athena.UpdateWorkGroupInput{WorkGroup: &w.Workgroup, State: types.WorkGroupStateEnabled,
		ConfigurationUpdates: up}); err != nil {
		return err
	}
	if s.Ours {
		return nil
	}
	_, err := w.groups.TagResource(ctx, &athena.TagResourceInput{ResourceARN: aws.String(w.arn()), Tags: tags})
	return err
}

func (w *workgroup) configuration() *types.WorkGroupConfiguration {
	c := &types.WorkGroupConfiguration{
		EnforceWorkGroupConfiguration:   aws.Bool(true),
		EngineVersion:                   &types.EngineVersion{SelectedEngineVersion: aws.String(engineVersion)},
		BytesScannedCutoffPerQuery:      &w.ScanLimit,
		PublishCloudWatchMetricsEnabled: aws.Bool(true),
		RequesterPaysEnabled:            aws.Bool(false),
	}
	if w.Output.Bucket == "" {
		c.ManagedQueryResultsConfiguration = &types.ManagedQueryResultsConfiguration{Enabled: true}
	} else {
		c.ResultConfiguration = &types.ResultConfiguration{OutputLocation: aws.String(w.Output.String()),
			EncryptionConfiguration: &types.EncryptionConfiguration{EncryptionOption: types.EncryptionOptionSseS3}}
	}
	return c
}

// Destroy removes the workgroup if no query of it runs; its history and saved queries go with it, results in S3 stay.
func (w *workgroup) Destroy(ctx context.Context, _ infra.State) error {
	_, err := w.groups.DeleteWorkGroup(ctx, &athena.DeleteWorkGroupInput{WorkGroup: &w.Workgroup, RecursiveDeleteOption: aws.Bool(true)})
	if noGroup(err) {
		return nil
	}
	return err
}
