package main

import (
	"errors"
	"fmt"
	"regexp"
	"strconv"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"trailscribe/internal/yaml"
)

// strictArguments makes wrong arguments a usage error with a hint, in every command.
func strictArguments(c *cobra.Command) {
	if check := c.Args; check != nil {
		c.Args = func(c *cobra.Command, args []string) error {
			var coded *codedError
			if err := check(c, args); errors.As(err, &coded) {
				return err
			} else if err != nil {
				return wrongArguments(c, args)
			}
			return nil
		}
	}
	for _, sub := range c.Commands() {
		strictArguments(sub)
	}
}

// wrongArguments says what is wrong with arguments that a command refused: too many, too few, or none of those it knows.
func wrongArguments(c *cobra.Command, args []string) error {
	name, _, _ := strings.Cut(c.Use, " ")
	shape := strings.TrimPrefix(c.Use, name)
	takes := 0
	for _, word := range strings.Fields(shape) {
		if strings.HasPrefix(word, "-") {
			break
		}
		takes++
	}
	for _, a := range args {
		if len(c.ValidArgs) > 0 && len(args) <= takes {
			hint := strings.TrimPrefix(yaml.DidYouMean(a, c.ValidArgs), "; ")
			return usage(hint, "%s: %q is none of %s", c.CommandPath(), a, strings.Join(c.ValidArgs, ", "))
		}
	}
	hint := "write '" + c.CommandPath() + shape + "'"
	if more := listOf[c.CommandPath()]; more != "" {
		hint += "; '" + more + "' lists what there is"
	} else if len(c.ValidArgs) > 0 {
		hint += " with one of " + strings.Join(c.ValidArgs, ", ")
	}
	if len(args) > takes {
		return usage(hint, "%s does not take the argument %q", c.CommandPath(), args[takes])
	}
	return usage(hint, "%s needs %s", c.CommandPath(), strings.Fields(shape)[len(args)])
}

// listOf is the command that lists what another one takes as its argument.
var listOf = map[string]string{
	"trailscribe report run": "trailscribe report list", "trailscribe report show": "trailscribe report list",
	"trailscribe query run": "trailscribe query list", "trailscribe query show": "trailscribe query list",
}

// wrongFlag says what is wrong with a flag, without the words of the package that reads flags.
func wrongFlag(c *cobra.Command, err error) error {
	see := "see '" + c.CommandPath() + " --help'"
	var unknown *pflag.NotExistError
	var missing *pflag.ValueRequiredError
	var invalid *pflag.InvalidValueError
	switch {
	case errors.As(err, &unknown) && unknown.GetSpecifiedShortnames() == "":
		var names []string
		c.Flags().VisitAll(func(f *pflag.Flag) {
			if !f.Hidden {
				names = append(names, "--"+f.Name)
			}
		})
		name := "--" + unknown.GetSpecifiedName()
		if near := yaml.DidYouMean(name, names); near != "" {
			see = strings.TrimPrefix(near, "; ")
		}
		return usage(see, "unknown flag: %s", name)
	case errors.As(err, &unknown):
		return usage(see, "unknown flag: -%s", unknown.GetSpecifiedName())
	case errors.As(err, &missing):
		return usage(see, "the flag --%s needs a value", missing.GetFlag().Name)
	case errors.As(err, &invalid):
		kinds := map[string]string{"int": "a whole number", "int64": "a whole number", "bool": "true or false", "float64": "a number",
			"duration": "a time such as 90s"}
		kind := kinds[invalid.GetFlag().Value.Type()]
		if errors.Is(invalid, strconv.ErrRange) {
			kind = "a number that a computer can hold"
		}
		if kind == "" {
			return usage(see, "--%s: %q cannot be read", invalid.GetFlag().Name, invalid.GetValue())
		}
		return usage(see, "--%s %q is not %s", invalid.GetFlag().Name, invalid.GetValue(), kind)
	}
	return usage(see, "%w", err)
}

// scheme is how an address begins that no folder of this machine has.
var scheme = regexp.MustCompile(`^[A-Za-z][A-Za-z0-9+.-]+:/`)

// places are the flags that name a file or a folder of this machine, besides --source, which may name a bucket.
var places = []string{"out", "cache", "config", "library", "plan", "allowed-signers", "source"}

// checkPlaces refuses addresses where a path is expected: "s3://bucket/reports" would become a folder "s3:" here, and a job
// would lose its report with its machine.
func (p *program) checkPlaces(c *cobra.Command, args []string) error {
	for _, name := range places {
		f := c.Flags().Lookup(name)
		if f == nil || !f.Changed {
			continue
		}
		values := []string{f.Value.String()}
		if many, ok := f.Value.(pflag.SliceValue); ok {
			values = many.GetSlice()
		}
		for _, v := range values {
			if err := localPlace("--"+name, v, name == "source"); err != nil {
				return err
			}
		}
	}
	switch c.Name() {
	case "init", "render", "verify":
		for _, a := range args {
			if err := localPlace(c.CommandPath(), a, false); err != nil {
				return err
			}
		}
	}
	for name, mayBeBucket := range map[string]bool{"TRAILSCRIBE_SOURCE": true, "TRAILSCRIBE_CACHE": false, "TRAILSCRIBE_CONFIG": false} {
		if err := localPlace(name, p.env(name), mayBeBucket); err != nil {
			return err
		}
	}
	return nil
}

// localPlace refuses an address; an S3 one only where the place cannot be a bucket.
func localPlace(name, value string, mayBeBucket bool) error {
	if !scheme.MatchString(value) || mayBeBucket && strings.HasPrefix(value, "s3://") {
		return nil
	}
	hint := "name a folder or a file of this machine; copy a finished report to a bucket with 'aws s3 cp --recursive'"
	if mayBeBucket {
		hint = "write a folder, or s3://bucket/prefix"
	}
	return usage(hint, "%s", fmt.Sprintf("%s %q is an address, not a path", name, value))
}
