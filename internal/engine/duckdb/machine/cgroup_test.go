package machine

import (
	"runtime"
	"strings"
	"testing"
	"testing/fstest"
)

// mountinfo as Linux prints it: a file system in between, then the hierarchies.
const (
	mount2 = "25 30 0:23 / /sys/fs/cgroup rw,nosuid,nodev,noexec,relatime shared:9 - cgroup2 cgroup2 rw,nsdelegate\n"
	mount1 = "35 33 0:30 / /sys/fs/cgroup/memory rw,relatime shared:15 - cgroup cgroup rw,memory\n36 33 0:31 / /sys/fs/cgroup/cpu " +
		"rw - cgroup cgroup rw,cpu,cpuacct\n"
	mountHybrid = "37 33 0:32 / /sys/fs/cgroup/unified rw - cgroup2 cgroup2 rw\n"
	mountDisk   = "30 1 8:1 / / rw,relatime - ext4 /dev/sda1 rw\n"
)

func TestCgroupLimit(t *testing.T) {
	for name, x := range map[string]struct {
		group, mounts string
		files         map[string]string
		want          int64
	}{
		"no Linux": {want: 0},
		"version 2, no limit": {"0::/user.slice/a.scope\n", mountDisk + mount2, map[string]string{
			"user.slice/a.scope/memory.max": "max\n", "user.slice/a.scope/memory.high": "max\n", "user.slice/memory.max": "max\n"}, 0},
		"version 2, in the group": {"0::/user.slice/a.scope\n", mountDisk + mount2, map[string]string{
			"user.slice/a.scope/memory.max": "536870912\n", "user.slice/memory.max": "max\n"}, 512 << 20},
		"version 2, above the group": {"0::/kubepods/pod1/c1\n", mount2, map[string]string{
			"kubepods/pod1/c1/memory.max": "max\n", "kubepods/pod1/memory.max": "1073741824\n", "kubepods/memory.max": "8589934592\n"}, 1 << 30},
		"version 2, high is less than max": {"0::/a\n", mount2, map[string]string{"a/memory.max": "2147483648\n",
			"a/memory.high": "1073741824\n"}, 1 << 30},
		"version 2, a container that sees itself as the root": {"0::/\n", mount2, map[string]string{"memory.max": "268435456\n"}, 256 << 20},
		"version 2, a path from outside the container": {"0::/../../c2\n", mount2, map[string]string{"memory.max": "268435456\n"},
			256 << 20},
		"version 2, the mount is the group itself": {"0::/docker/c1\n", strings.Replace(mount2, " / ", " /docker/c1 ", 1),
			map[string]string{"memory.max": "268435456\n"}, 256 << 20},
		"version 1, no limit": {"4:memory:/\n3:cpu,cpuacct:/\n", mount1,
			map[string]string{"memory/memory.limit_in_bytes": "9223372036854771712\n"}, 0},
		"version 1, in the group": {"9:cpu,cpuacct:/x\n4:memory:/docker/c1\n", mount1, map[string]string{
			"memory/docker/c1/memory.limit_in_bytes": "536870912\n", "memory/docker/memory.limit_in_bytes": "9223372036854771712\n"}, 512 << 20},
		"version 1, above the group": {"4:memory:/docker/c1\n", mount1, map[string]string{
			"memory/docker/c1/memory.limit_in_bytes": "9223372036854771712\n", "memory/docker/memory.limit_in_bytes": "1073741824\n"}, 1 << 30},
		"version 1, the mount is the group itself": {"4:memory:/docker/c1\n", strings.Replace(mount1, " / ", " /docker/c1 ", 1),
			map[string]string{"memory/memory.limit_in_bytes": "268435456\n"}, 256 << 20},
		"version 1, pages of 64 KiB": {"4:memory:/\n", mount1, map[string]string{"memory/memory.limit_in_bytes": "9223372036854710272\n"}, 0},
		"both versions": {"4:memory:/a\n0::/b\n", mount1 + mountHybrid, map[string]string{
			"memory/a/memory.limit_in_bytes": "1073741824\n", "unified/b/memory.max": "2147483648\n"}, 1 << 30},
		"a group with the name of another one as its beginning": {"0::/docker/c12\n", strings.Replace(mount2, " / ", " /docker/c1 ", 1),
			map[string]string{"memory.max": "268435456\n", "2/memory.max": "1\n"}, 256 << 20},
		"nothing is mounted":     {"0::/a\n", mountDisk, map[string]string{"a/memory.max": "1073741824\n"}, 0},
		"not a number":           {"0::/a\n", mount2, map[string]string{"a/memory.max": "much\n"}, 0},
		"zero, and less":         {"0::/a\n", mount2, map[string]string{"a/memory.max": "0\n", "memory.max": "-1\n"}, 0},
		"lines that are cut off": {"0:\n4:memory\n\n:::\n", "25 30 - cgroup2\n - \n25 30 0:23 /\n", nil, 0},
		"a mount with a space in its name": {"0::/a\n", strings.Replace(mount2, "/sys/fs/cgroup", `/sys/fs/cgroup/my\040groups`, 1),
			map[string]string{"my groups/a/memory.max": "1073741824\n"}, 1 << 30},
	} {
		root := fstest.MapFS{}
		for file, text := range map[string]string{"proc/self/cgroup": x.group, "proc/self/mountinfo": x.mounts} {
			if text != "" {
				root[file] = &fstest.MapFile{Data: []byte(text)}
			}
		}
		for file, text := range x.files {
			root["sys/fs/cgroup/"+file] = &fstest.MapFile{Data: []byte(text)}
		}
		if got := cgroupLimit(root); got != x.want {
			t.Errorf("%s: %d, want %d", name, got, x.want)
		}
	}
}

// Whatever the files of the kernel say, an answer comes, and it is not less than nothing.
func FuzzCgroupLimit(f *testing.F) {
	f.Add("0::/a/b\n", mount2, "1073741824\n")
	f.Add("4:memory://a/../b\n", mount1, "max")
	f.Fuzz(func(t *testing.T, group, mounts, limit string) {
		root := fstest.MapFS{}
		for name, text := range map[string]string{"proc/self/cgroup": group, "proc/self/mountinfo": mounts, "sys/fs/cgroup/memory.max": limit} {
			root[name] = &fstest.MapFile{Data: []byte(text)}
		}
		if got := cgroupLimit(root); got < 0 || got >= noLimit {
			t.Error(got)
		}
	})
}

// What this machine really says must be read, too.
func TestHere(t *testing.T) {
	m := Here()
	if m.Processors < 1 || m.Processors != runtime.GOMAXPROCS(0) {
		t.Errorf("%d processors", m.Processors)
	}
	if m.Memory < 64<<20 || m.Memory > 1<<50 {
		t.Errorf("%d bytes of memory", m.Memory)
	}
}
