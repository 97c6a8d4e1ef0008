# SPDX-License-Identifier: GPL-2.0-only
# Writes OUT: one CTest entry for each test suite of PROGRAM, where loading the libraries would take longer than the
# tests. gtest_discover_tests() makes an entry for each test. PREFIX: of the entries' names. LABELS: theirs.
execute_process(COMMAND ${PROGRAM} --gtest_list_tests OUTPUT_VARIABLE listed COMMAND_ERROR_IS_FATAL ANY)
string(REPLACE "\n" ";" lines "${listed}")
# Nothing passed, nothing failed: a suite that needs what this machine lacks.
set(skipped "\\[  PASSED  \\] 0 tests\\.\n(\\[  SKIPPED \\][^\n]*\n?)+$")
set(text "")
foreach(line ${lines})
  # Suites begin a line and end with a dot; a parameter's type follows behind "#".
  if(line MATCHES "^([^ ]+)\\.( *#.*)?$")
    set(suite ${CMAKE_MATCH_1})
    if(suite MATCHES "^DISABLED_")
      continue()
    endif()
    string(APPEND text "add_test([=[${PREFIX}.${suite}]=] [=[${PROGRAM}]=] [=[--gtest_filter=${suite}.*]=])\n"
                       "set_tests_properties([=[${PREFIX}.${suite}]=] PROPERTIES TIMEOUT 300 LABELS [=[${LABELS}]=]\n"
                       "  SKIP_REGULAR_EXPRESSION [=[${skipped}]=])\n")
  endif()
endforeach()
file(WRITE ${OUT} "${text}")
