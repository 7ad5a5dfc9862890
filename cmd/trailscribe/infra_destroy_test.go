package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/glue"
	gluetypes "github.com/aws/aws-sdk-go-v2/service/glue/types"
)

// there reports whether the table is still there.
func (c *account) there() bool {
	c.t.Helper()
	_, err := c.glue().GetTable(c.t.Context(), &glue.GetTableInput{DatabaseName: aws.String("trailscribe"), Name: aws.String("cloudtrail")})
	return err == nil
}

// A saved plan to destroy is applied as it was saved, after the name was typed, or not at all.
func TestSavedDestroyPlan(t *testing.T) {
	t.Parallel()
	c := newAccount(t, "athena:\n  logs: s3://trail-logs\n")
	c.log("AWSLogs/", "111122223333", "eu-central-1", "2026/10/05", 1)
	logs := strings.Join(c.aws.Keys(trailBucket, ""), "\n")
	c.want(exitDone, "infra apply --yes --prove 0")
	c.want(exitDone, "infra plan --destroy --out destroy.json", "-       table trailscribe.cloudtrail",
		"saved to destroy.json; 'trailscribe infra destroy --plan destroy.json' removes these")
	c.want(exitDone, "infra plan --out apply.json", "infra apply --plan apply.json")

	// nobody typed the name
	for _, args := range []string{"infra apply destroy.json", "infra apply --plan destroy.json --yes", "infra destroy --plan destroy.json",
		"infra destroy destroy.json"} {
		c.want(exitUsage, args, "type the name of the database (trailscribe)", "not confirmed", "--confirm trailscribe", "!removed\n")
	}
	c.want(exitUsage, "infra destroy --plan destroy.json --confirm trailscribes", "nothing was removed")
	c.want(exitUsage, "infra apply destroy.json --confirm cloudtrail", "nothing was removed")
	if _, errOut, code := c.run("yes\n", "infra", "apply", "destroy.json"); code != exitUsage || !strings.Contains(errOut, "not confirmed") {
		t.Error(code, errOut)
	}
	// not what was meant
	c.want(exitUsage, "infra destroy --plan apply.json --confirm trailscribe", "apply.json is not a plan to destroy",
		"infra apply --plan apply.json")
	c.want(exitUsage, "infra apply apply.json --confirm trailscribe", "--confirm is for plans to destroy")
	c.want(exitUsage, "infra destroy destroy.json --plan other.json", "two plans were given")
	c.want(exitUsage, "infra apply destroy.json --rollback previous", "cannot be given together")
	c.want(exitUsage, "infra destroy nowhere.json", "the plan cannot be read")
	if !c.there() {
		t.Fatal("the table was removed without a name")
	}

	// the world moved: it is said before anybody is asked, and nothing is removed
	for name, move := range map[string]func(){
		"the table": func() {
			c.change(func(in *gluetypes.TableInput) { in.Parameters["projection.account.values"] = "999988887777" })
		},
		"the configuration": func() { c.configure("athena:\n  logs: s3://trail-logs\n  workgroup: another\n") },
		"the region":        func() { c.configure("athena:\n  logs: s3://trail-logs\n  region: eu-west-3\n") },
	} {
		c.configure("athena:\n  logs: s3://trail-logs\n")
		c.want(exitDone, "infra plan --destroy --out moved.json")
		move()
		for _, args := range []string{"infra apply moved.json --confirm trailscribe", "infra destroy --plan moved.json --confirm trailscribe",
			"infra destroy --plan moved.json"} {
			t.Run(name+" moved, "+args, func(t *testing.T) {
				c.want(exitError, args, "changed since the plan was made", "!type the name", "!: removed")
			})
		}
	}
	c.configure("athena:\n  logs: s3://trail-logs\n")
	c.want(exitError, "infra destroy --plan destroy.json --confirm trailscribe", "changed since the plan was made")
	c.want(exitError, "infra destroy --plan destroy.json --component table --confirm trailscribe", "changed since the plan was made")
	if !c.there() {
		t.Fatal("the table was removed by a plan that had moved")
	}

	// as saved, with the name typed
	c.want(exitDone, "infra plan --destroy --component table --out table.json")
	if _, errOut, code := c.run("trailscribe\n", "infra", "apply", "table.json"); code != exitDone ||
		!strings.Contains(errOut, "table trailscribe.cloudtrail: removed") || strings.Contains(errOut, "database trailscribe: removed") {
		t.Error(code, errOut)
	}
	if c.there() {
		t.Error("the table is still there")
	}
	c.want(exitDone, "infra plan --destroy --out rest.json", "table trailscribe.cloudtrail stays: it is not there")
	c.want(exitDone, "infra destroy --plan rest.json --confirm=trailscribe", "database trailscribe: removed", "workgroup trailscribe: removed")
	c.want(exitError, "infra destroy --plan rest.json --confirm=trailscribe", "changed since the plan was made")
	if got := strings.Join(c.aws.Keys(trailBucket, ""), "\n"); got != logs {
		t.Errorf("the logs changed:\n%s\nwere\n%s", got, logs)
	}
}

// A plan file that somebody edited removes nothing that is not Trailscribe's.
func TestForgedDestroyPlan(t *testing.T) {
	t.Parallel()
	c := newAccount(t, "athena:\n  logs: s3://trail-logs\n")
	c.log("AWSLogs/", "111122223333", "eu-central-1", "2026/10/05", 1)
	c.want(exitDone, "infra apply --yes --prove 0")
	c.change(func(in *gluetypes.TableInput) { delete(in.Parameters, "trailscribe:managed") })
	c.want(exitDone, "infra plan --destroy --component table --out plan.json",
		"table trailscribe.cloudtrail stays: it was not made by Trailscribe")
	saved, err := os.ReadFile(filepath.Join(c.dir, "plan.json"))
	if err != nil {
		t.Fatal(err)
	}
	forged := strings.Replace(string(saved), `"kept": "it was not made by Trailscribe"`,
		`"changes": [{"op": "-", "resource": "table trailscribe.cloudtrail", "field": "", "reason": "made by Trailscribe"}]`, 1)
	if forged == string(saved) {
		t.Fatalf("the plan is not as expected:\n%s", saved)
	}
	if err := os.WriteFile(filepath.Join(c.dir, "plan.json"), []byte(forged), 0o600); err != nil {
		t.Fatal(err)
	}
	c.want(exitError, "infra destroy --plan plan.json --confirm trailscribe", "changed since the plan was made")
	if err := os.WriteFile(filepath.Join(c.dir, "plan.json"), []byte(strings.Replace(forged, `"destroy"`, `"tidy"`, 1)), 0o600); err != nil {
		t.Fatal(err)
	}
	c.want(exitUsage, "infra apply plan.json --yes", `its purpose "tidy"`)
	if !c.there() {
		t.Error("a table of others was removed")
	}
}
