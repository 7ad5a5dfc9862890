package machine

import (
	"io/fs"
	"path"
	"strconv"
	"strings"
)

// cgroupLimit is the least memory limit of the cgroups that this process is in, version 1 or 2, and of those above them; 0 where
// there is none or root is not that of a Linux system. The files are described in the kernel's documentation,
// admin-guide/cgroup-v2.rst and admin-guide/cgroup-v1/memory.rst.
func cgroupLimit(root fs.FS) int64 {
	groups, mounts := readText(root, "proc/self/cgroup"), readText(root, "proc/self/mountinfo")
	least := int64(0)
	for line := range strings.Lines(groups) {
		// number:controllers:path; version 2 has the number 0 and no controllers.
		part := strings.SplitN(strings.TrimSuffix(line, "\n"), ":", 3)
		if len(part) < 3 {
			continue
		}
		files := []string{"memory.max", "memory.high"}
		v1 := part[1] != ""
		if v1 && !hasWord(part[1], "memory") {
			continue
		}
		if v1 {
			files = []string{"memory.limit_in_bytes"}
		}
		top, group, ok := mounted(mounts, part[2], v1)
		if !ok {
			continue
		}
		for {
			for _, name := range files {
				if n := limitIn(root, path.Join(top, group, name)); n > 0 && (least == 0 || n < least) {
					least = n
				}
			}
			if group == "." {
				break
			}
			group = path.Dir(group) // a limit holds for all groups below
		}
	}
	return least
}

// mounted is where the hierarchy of a cgroup is mounted, and the path of the group below that.
func mounted(mounts, group string, v1 bool) (top, below string, ok bool) {
	for line := range strings.Lines(mounts) {
		// id parent major:minor root mountpoint options… - type source superoptions
		before, after, found := strings.Cut(line, " - ")
		fields, kind := strings.Fields(before), strings.Fields(after)
		if !found || len(fields) < 5 || len(kind) < 3 {
			continue
		}
		if v1 && (kind[0] != "cgroup" || !hasWord(kind[2], "memory")) || !v1 && kind[0] != "cgroup2" {
			continue
		}
		// In a container the root of the mount is often the group itself, and its path one that cannot be seen from inside.
		below, inside := strings.CutPrefix(group, strings.TrimSuffix(unescaped(fields[3]), "/"))
		if !inside || below != "" && below[0] != '/' || strings.Contains(below, "/..") {
			below = ""
		}
		return strings.TrimPrefix(unescaped(fields[4]), "/"), path.Clean(strings.TrimLeft(below, "/")), true
	}
	return "", "", false
}

// unescaped undoes what mountinfo does with spaces and the like: \040.
func unescaped(s string) string {
	return strings.NewReplacer(`\040`, " ", `\011`, "\t", `\012`, "\n", `\134`, `\`).Replace(s)
}

// noLimit is where version 1 begins to mean that there is no limit: the largest number of whole pages, whatever a page is.
const noLimit = 1 << 62

// limitIn is the number of bytes in a file of a cgroup; 0 for "max", for a file that cannot be read and for no limit.
func limitIn(root fs.FS, name string) int64 {
	n, err := strconv.ParseInt(strings.TrimSpace(readText(root, name)), 10, 64)
	if err != nil || n <= 0 || n >= noLimit {
		return 0
	}
	return n
}

func readText(root fs.FS, name string) string {
	b, err := fs.ReadFile(root, name)
	if err != nil {
		return ""
	}
	return string(b)
}

// hasWord reports whether a list with commas has the word.
func hasWord(list, word string) bool {
	for w := range strings.SplitSeq(list, ",") {
		if w == word {
			return true
		}
	}
	return false
}
