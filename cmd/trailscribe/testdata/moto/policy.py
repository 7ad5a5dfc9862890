"""Checks IAM policies with parliament: every action and condition key exists, and every statement's resources fit its actions.

    policy.py FILE ...    ends with 1 and the findings on stderr if there are any
"""

import json
import sys
import warnings

warnings.filterwarnings("ignore", message="pkg_resources is deprecated")
import parliament  # noqa: E402

# Findings that are true and meant, with the reason.
MEANT = {
    "s3:PutLifecycleConfiguration": "who keeps the results bucket sets how long results stay there; it is never the bucket of the logs",
}


def one_of_several(finding, statements):
    """An action such as athena:TagResource takes resources of several types; parliament wants one of each. One is enough."""
    if finding.issue != "RESOURCE_MISMATCH":
        return False
    for mismatch in finding.detail:
        service, name = mismatch["action"].split(":")
        formats = []
        for s in parliament.iam_definition:
            if s["prefix"] == service:
                kinds = {r["resource"]: r["arn"] for r in s["resources"]}
                for p in s["privileges"]:
                    if p["privilege"] == name:
                        formats = [kinds[t["resource_type"].rstrip("*")] for t in p["resource_types"] if t["resource_type"]]
        own = [r for s in statements if mismatch["action"] in s["Action"] for r in s["Resource"]]
        if not any(parliament.is_arn_match("", wildcards(f), r) for f in formats for r in own):
            return False
    return True


def wildcards(arn):
    """arn:${Partition}:athena:${Region}:… as parliament compares it."""
    out, depth = "", 0
    for c in arn.replace("${", "\0"):
        if c == "\0":
            out, depth = out + "*", depth + 1
        elif c == "}" and depth:
            depth -= 1
        elif not depth:
            out += c
    return out


complaints = 0
for path in sys.argv[1:]:
    with open(path, encoding="utf-8") as f:
        text = f.read()
    policy = parliament.analyze_policy_string(text)
    statements = json.loads(text)["Statement"]
    for finding in policy.findings:
        meant = [why for action, why in MEANT.items() if finding.issue == "RESOURCE_POLICY_PRIVILEGE_ESCALATION" and f"allow {action}" in str(finding.detail)]
        if meant:
            print(f"{path}: meant: {finding.detail}: {meant[0]}")
        elif not one_of_several(finding, statements):
            complaints += 1
            print(f"{path}: {finding.issue} {finding.detail} {finding.location}", file=sys.stderr)
sys.exit(1 if complaints else 0)
