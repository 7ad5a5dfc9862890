package cache

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"io/fs"
	"math/rand/v2"
	"os"
	"path/filepath"
	"runtime"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/klauspost/compress/gzip"

	"trailscribe/internal/cloudtrail"
	"trailscribe/internal/source/dir"
)

// events writes n events that look like those of an account in use: 1.4 KB each, ids that do not compress, a few
// hundred principals. It makes the same bytes for the same seed.
func events(w io.Writer, n int, seed uint64, day string) error {
	r := rand.New(rand.NewPCG(seed, 7))
	pick := func(l ...string) string { return l[r.IntN(len(l))] }
	id := func() string {
		return fmt.Sprintf("%08x-%04x-4%03x-a%03x-%012x", r.Uint32(), r.IntN(1<<16), r.IntN(1<<12), r.IntN(1<<12), r.Int64N(1<<48))
	}
	calls := []struct{ source, name, request, response, more string }{
		{"ec2", "DescribeInstances", `{"instancesSet":{"items":[{"instanceId":"i-0%[1]x"}]},"filterSet":{"items":[{"name":"tag:aws:autoscaling:groupName","valueSet":{"items":[{"value":"web-%[1]x"}]}}]}}`, `null`, `"readOnly":true,`},
		{"sts", "AssumeRole", `{"roleArn":"arn:aws:iam::111122223333:role/worker","roleSessionName":"session-%[1]x","durationSeconds":3600}`,
			`{"credentials":{"accessKeyId":"ASIA%[1]X","expiration":"Oct 1, 2026, 1:00:00 AM","sessionToken":"IQoJb3JpZ2luX2VjEHAaCXVzLWVhc3QtMSJHMEUCIQ%[1]x%[1]x%[1]x"},"assumedRoleUser":{"assumedRoleId":"AROAEXAMPLE:session-%[1]x","arn":"arn:aws:sts::111122223333:assumed-role/worker/session-%[1]x"}}`, `"readOnly":true,"resources":[{"accountId":"111122223333","type":"AWS::IAM::Role","ARN":"arn:aws:iam::111122223333:role/worker"}],`},
		{"s3", "GetObject", `{"bucketName":"corp-data-%[2]d","Host":"corp-data-%[2]d.s3.us-east-1.amazonaws.com","key":"year=2026/month=10/part-%[1]x.parquet"}`, `null`, `"readOnly":true,"additionalEventData":{"SignatureVersion":"SigV4","CipherSuite":"ECDHE-RSA-AES128-GCM-SHA256","bytesTransferredIn":0,"AuthenticationMethod":"AuthHeader","x-amz-id-2":"%[1]x%[1]x=","bytesTransferredOut":1048576},"resources":[{"type":"AWS::S3::Object","ARN":"arn:aws:s3:::corp-data-%[2]d/year=2026/month=10/part-%[1]x.parquet"},{"accountId":"111122223333","type":"AWS::S3::Bucket","ARN":"arn:aws:s3:::corp-data-%[2]d"}],`},
		{"kms", "Decrypt", `{"encryptionContext":{"aws:s3:arn":"arn:aws:s3:::corp-data-%[2]d/%[1]x"},"encryptionAlgorithm":"SYMMETRIC_DEFAULT"}`,
			`null`, `"readOnly":true,"resources":[{"accountId":"111122223333","type":"AWS::KMS::Key","ARN":"arn:aws:kms:us-east-1:111122223333:key/%[1]x"}],`},
		{"iam", "PutRolePolicy", `{"roleName":"role-%[2]d","policyName":"inline","policyDocument":"{\"Version\":\"2012-10-17\",\"Statement\":[{\"Effect\":\"Allow\",\"Action\":\"s3:Get*\",\"Resource\":\"arn:aws:s3:::corp-data-%[2]d/*\"}]}"}`, `null`, `"readOnly":false,`},
		{"logs", "CreateLogStream", `{"logGroupName":"/aws/lambda/orders-%[2]d","logStreamName":"2026/10/01/[$LATEST]%[1]x"}`, `null`,
			`"readOnly":false,"errorCode":"ResourceAlreadyExistsException","errorMessage":"The specified log stream already exists",`},
	}
	b := bytes.NewBufferString(`{"Records":[`)
	for i := range n {
		if i > 0 {
			b.WriteByte(',')
		}
		c := calls[r.IntN(len(calls))]
		x, few := r.Int64N(1<<60), r.IntN(40)
		fill := func(s string) string {
			if !strings.Contains(s, "%[") {
				return s
			}
			s = strings.NewReplacer("%[1]x", strconv.FormatInt(x, 16), "%[1]X", strings.ToUpper(strconv.FormatInt(x, 32)), "%[2]d",
				strconv.Itoa(few)).Replace(s)
			return s
		}
		role := "role-" + strconv.Itoa(r.IntN(60))
		session := fmt.Sprintf("i-0%016x", r.IntN(500))
		fmt.Fprintf(b, `{"eventVersion":"1.11","userIdentity":{"type":"AssumedRole","principalId":"AROA%[1]s:%[2]s","arn":"arn:aws:sts::111122223333:assumed-role/%[1]s/%[2]s","accountId":"111122223333","accessKeyId":"ASIA%016[3]X","sessionContext":{"sessionIssuer":{"type":"Role","principalId":"AROA%[1]s","arn":"arn:aws:iam::111122223333:role/%[1]s","accountId":"111122223333","userName":"%[1]s"},"webIdFederationData":{},"attributes":{"creationDate":"%[4]sT00:00:00Z","mfaAuthenticated":"false"}}},"eventTime":"%[4]sT%02[5]d:%02[6]d:%02[7]dZ",`,
			role, session, r.Int64N(1<<60), day, r.IntN(24), r.IntN(60), r.IntN(60))
		fmt.Fprintf(b, `"eventSource":"%s.amazonaws.com","eventName":"%s","awsRegion":"us-east-1","sourceIPAddress":"%s","userAgent":"%s","requestParameters":%s,"responseElements":%s,%s"requestID":"%s","eventID":"%s","eventType":"AwsApiCall","managementEvent":true,"recipientAccountId":"111122223333","eventCategory":"Management","tlsDetails":{"tlsVersion":"TLSv1.3","cipherSuite":"TLS_AES_128_GCM_SHA256","clientProvidedHostHeader":"%s.us-east-1.amazonaws.com"}}`,
			c.source, c.name, fmt.Sprintf("10.%d.%d.%d", r.IntN(4), r.IntN(16), r.IntN(256)),
			pick("aws-cli/2.15.30 Python/3.11.8 Linux/5.10.205-195.807.amzn2.x86_64 exe/x86_64.amzn.2 prompt/off command/s3.cp",
				"Boto3/1.34.51 md/Botocore#1.34.51 ua/2.0 os/linux#5.10.210 md/arch#x86_64 lang/python#3.12.2 md/pyimpl#CPython "+
					"cfg/retry-mode#legacy Botocore/1.34.51",
				"aws-sdk-go-v2/1.25.2 os/linux lang/go#1.22.0 md/GOOS#linux md/GOARCH#amd64 api/ec2#1.149.1", "AWS Internal"),
			fill(c.request), fill(c.response), fill(c.more), id(), id(), c.source)
		if b.Len() > 1<<20 {
			if _, err := b.WriteTo(w); err != nil {
				return err
			}
		}
	}
	b.WriteString(`]}`)
	_, err := b.WriteTo(w)
	return err
}

// trail writes days of log files, files a day, n events a file.
func trail(b *testing.B, root string, from, days, files, n int) {
	b.Helper()
	var wg sync.WaitGroup
	jobs := make(chan [2]int)
	for range runtime.GOMAXPROCS(0) {
		wg.Go(func() {
			for j := range jobs {
				d := time.Date(2026, 10, 1+j[0], 0, 0, 0, 0, time.UTC)
				p := filepath.Join(root, filepath.FromSlash(key(acct1, east, d.Format("2006/01/02"),
					fmt.Sprintf("%s_CloudTrail_us-east-1_%sT%04dZ_AAAAAAAAAAAAAAAA.json.gz", acct1, d.Format("20060102"), j[1]))))
				if err := os.MkdirAll(filepath.Dir(p), 0o777); err != nil {
					b.Error(err)
					return
				}
				f, err := os.Create(p)
				if err != nil {
					b.Error(err)
					return
				}
				z := gzip.NewWriter(f)
				if err := events(z, n, uint64(j[0]*10_000+j[1]), d.Format("2006-01-02")); err != nil {
					b.Error(err)
				}
				if err := z.Close(); err != nil {
					b.Error(err)
				}
				if err := f.Close(); err != nil {
					b.Error(err)
				}
			}
		})
	}
	for d := from; d < from+days; d++ {
		for f := range files {
			jobs <- [2]int{d, f}
		}
	}
	close(jobs)
	wg.Wait()
}

// peak is the largest resident size of this process so far, where the system tells it.
func peak() float64 {
	b, err := os.ReadFile("/proc/self/status")
	if err != nil {
		return 0
	}
	for l := range strings.SplitSeq(string(b), "\n") {
		if f := strings.Fields(l); len(f) > 1 && f[0] == "VmHWM:" {
			n, _ := strconv.ParseFloat(f[1], 64)
			return n / 1024
		}
	}
	return 0
}

// cpu is the processor seconds of this process so far, where the system tells it. On a busy machine they say more than
// the clock.
func cpu() float64 {
	b, err := os.ReadFile("/proc/self/stat")
	if err != nil {
		return 0
	}
	f := strings.Fields(string(b[bytes.LastIndexByte(b, ')')+1:]))
	user, _ := strconv.ParseFloat(f[11], 64)
	system, _ := strconv.ParseFloat(f[12], 64)
	return (user + system) / 100
}

// BenchmarkRefresh is a month of an account: 30 days, 2,010 files, about a million events. Run it with -benchtime 1x; each
// step reports its seconds. "limit" is what no cache can beat here: gunzip and scan on all processors.
func BenchmarkRefresh(b *testing.B) {
	root := b.TempDir()
	trail(b, root, 0, 30, 67, 498)
	src, err := dir.New(dir.Options{Root: root})
	if err != nil {
		b.Fatal(err)
	}
	defer src.Close()
	var decoded int64
	seconds := func(name string, f func()) {
		start, used := time.Now(), cpu()
		f()
		b.ReportMetric(time.Since(start).Seconds(), name+"-s")
		b.ReportMetric(cpu()-used, name+"-cpu-s")
	}
	for b.Loop() {
		cacheDir := b.TempDir()
		once := func() *Snapshot {
			c, err := Open(Options{Dir: cacheDir, Source: src})
			if err != nil {
				b.Fatal(err)
			}
			s, err := c.Refresh(context.Background(), Window{}, nil)
			if err != nil {
				b.Fatal(err)
			}
			s.Release()
			return s
		}
		seconds("limit", func() { decoded = scanAll(b, root) })
		var s *Snapshot
		seconds("cold", func() { s = once() })
		if s.Stats().Records != 30*67*498 || s.Stats().Decoded != decoded {
			b.Fatalf("%+v", s.Stats())
		}
		b.ReportMetric(float64(s.Stats().Decoded)/1e6, "MB-decoded")
		b.ReportMetric(float64(s.Stats().Bytes)/1e6, "MB-stored")
		b.ReportMetric(peak(), "MiB-peak")
		seconds("second", func() { s = once() })
		if s.Stats().Opened != 0 {
			b.Fatalf("%+v", s.Stats())
		}
		trail(b, root, 30, 1, 67, 498)
		seconds("day", func() { s = once() })
		if s.Stats().Opened != 67 {
			b.Fatalf("%+v", s.Stats())
		}
		if err := os.RemoveAll(filepath.Join(root, "AWSLogs", acct1, "CloudTrail", east, "2026", "10", "31")); err != nil {
			b.Fatal(err)
		}
	}
}

// scanAll gunzips and scans every file with all processors, and throws the records away.
func scanAll(b *testing.B, root string) (decoded int64) {
	b.Helper()
	var mu sync.Mutex
	var wg sync.WaitGroup
	paths := make(chan string)
	for range runtime.GOMAXPROCS(0) {
		wg.Go(func() {
			for p := range paths {
				f, err := os.Open(p)
				if err != nil {
					b.Error(err)
					return
				}
				l := cloudtrail.Read(f, cloudtrail.Limits{})
				for _, err := range l.Records() {
					if err != nil {
						b.Error(err)
					}
				}
				f.Close()
				mu.Lock()
				decoded += l.Stat().Decoded
				mu.Unlock()
			}
		})
	}
	err := filepath.WalkDir(root, func(p string, d fs.DirEntry, err error) error {
		if err == nil && !d.IsDir() {
			paths <- p
		}
		return err
	})
	close(paths)
	wg.Wait()
	if err != nil {
		b.Fatal(err)
	}
	return decoded
}

// BenchmarkHugeFile is one loose file of 1 GiB decoded. Its peak must not grow with the file.
func BenchmarkHugeFile(b *testing.B) {
	root := b.TempDir()
	f, err := os.Create(filepath.Join(root, "huge.json.gz"))
	if err != nil {
		b.Fatal(err)
	}
	z, err := gzip.NewWriterLevel(f, gzip.BestSpeed)
	if err != nil {
		b.Fatal(err)
	}
	if err := events(z, 760_000, 1, "2026-10-01"); err != nil {
		b.Fatal(err)
	}
	if err := z.Close(); err != nil {
		b.Fatal(err)
	}
	if err := f.Close(); err != nil {
		b.Fatal(err)
	}
	src, err := dir.New(dir.Options{Root: root})
	if err != nil {
		b.Fatal(err)
	}
	defer src.Close()
	b.ReportMetric(peak(), "MiB-before")
	for b.Loop() {
		c, err := Open(Options{Dir: b.TempDir(), Source: src})
		if err != nil {
			b.Fatal(err)
		}
		start, used := time.Now(), cpu()
		s, err := c.Refresh(context.Background(), Window{}, nil)
		if err != nil {
			b.Fatal(err)
		}
		s.Release()
		b.ReportMetric(time.Since(start).Seconds(), "cold-s")
		b.ReportMetric(cpu()-used, "cold-cpu-s")
		b.ReportMetric(float64(s.Stats().Decoded)/1e6, "MB-decoded")
		if s.Stats().Records != 760_000 {
			b.Fatalf("%+v", s.Stats())
		}
	}
	b.ReportMetric(peak(), "MiB-peak")
}
