"""Unpacks the members of a wheel that begin with one of the given prefixes: wheel, folder, prefix ..."""
import sys
import zipfile

wheel, folder, *prefixes = sys.argv[1:]
with zipfile.ZipFile(wheel) as archive:
    for name in archive.namelist():
        if name.startswith(tuple(prefixes)) and not name.endswith('/'):
            archive.extract(name, folder)
