@rem package.json's scripts start programs by `exec`, so that no shell stands between npm and the program and keeps signals from it.
@rem Windows has no such command; this is it.
@%*
