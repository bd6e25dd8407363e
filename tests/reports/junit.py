"""Reads JUnit's XML with junitparser, and says in JSON what it understood: for each suite its cases."""

import json
import sys

from junitparser import Failure, JUnitXml, Skipped

suites = []
for suite in JUnitXml.fromfile(sys.argv[1]):
    cases = []
    for case in suite:
        cases.append({
            "name": case.name,
            "failed": any(isinstance(result, Failure) for result in case.result),
            "skipped": any(isinstance(result, Skipped) for result in case.result),
        })
    assert suite.tests == len(cases), "the count of tests is wrong"
    assert suite.failures == sum(case["failed"] for case in cases), "the count of failures is wrong"
    assert suite.skipped == sum(case["skipped"] for case in cases), "the count of skipped ones is wrong"
    suites.append(cases)
print(json.dumps(suites))
