# The sitecustomize of a tree's environment. It imports nothing that is not there anyway: a module that
# is loaded already could not be shadowed by one of the tree.
import sys


def exit_and_tell(status=None, leave=sys.exit):
    frame = sys._getframe(1)
    sys.stderr.write(f'sys.exit at File "{frame.f_code.co_filename}", line {frame.f_lineno}\n')
    leave(status)


sys.exit = exit_and_tell
