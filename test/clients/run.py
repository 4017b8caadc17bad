"""Runs every check of this folder and closes with one line of counts."""

import pathlib
import sys
import unittest

sys.dont_write_bytecode = True


class Counting(unittest.TextTestResult):
    """Counts the tests that passed; a test with a failing subtest has not."""

    passed = 0

    def addSuccess(self, test):
        super().addSuccess(test)
        self.passed += 1


here = pathlib.Path(__file__).parent
suite = unittest.defaultTestLoader.discover(str(here), pattern="test_*.py")
runner = unittest.TextTestRunner(stream=sys.stdout, verbosity=2, resultclass=Counting)
result = runner.run(suite)
failed = {getattr(test, "test_case", test) for test, _ in result.failures + result.errors}
failed.update(result.unexpectedSuccesses)
print(f"{result.passed} passed, {len(failed)} failed")
sys.exit(0 if result.wasSuccessful() and result.passed > 0 else 1)
