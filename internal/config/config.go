// Package config is trailscribe.yaml, environment, defaults, and where each value came from. Only cmd imports it.
package config
