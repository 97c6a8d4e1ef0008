# SPDX-License-Identifier: GPL-2.0-only
# Writes OUT: a hash over all sources of the program under ROOT, by which it knows whether another run was
# made by the same code. Their order is that of their names.
set(all "")
foreach(module learning channel-models results sim)
  file(GLOB_RECURSE files RELATIVE ${ROOT} ${ROOT}/${module}/*.cc ${ROOT}/${module}/*.h
       ${ROOT}/${module}/*.in ${ROOT}/${module}/*.sql)
  list(SORT files)
  foreach(file ${files})
    file(SHA256 ${ROOT}/${file} hash)
    string(APPEND all "${file} ${hash}\n")
  endforeach()
endforeach()
string(SHA256 hash "${all}")
string(SUBSTRING ${hash} 0 16 hash)
file(WRITE ${OUT} "// Made by sim/sources.cmake.\n#include \"sim/version.h\"\n"
                  "const char* gradwave::sources() { return \"${hash}\"; }\n")
