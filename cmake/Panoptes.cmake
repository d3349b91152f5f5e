# The few rules every folder builds by: one static library a folder, one cmocka
# program a source file, one fuzz target an input.

# panoptes_library(NAME SOURCES... [LIBS ...])
function(panoptes_library name)
  cmake_parse_arguments(ARG "" "" "SOURCES;LIBS" ${ARGN})
  add_library(${name} STATIC ${ARG_SOURCES})
  target_include_directories(${name} PUBLIC ${PROJECT_SOURCE_DIR})
  target_link_libraries(${name} PUBLIC ${ARG_LIBS} PRIVATE panoptes_warnings)
endfunction()

# panoptes_test(NAME SOURCE [extra sources] LIBS ...): a cmocka program, run by ctest.
function(panoptes_test name)
  cmake_parse_arguments(ARG "" "" "SOURCES;LIBS" ${ARGN})
  if(NOT PANOPTES_TESTS)
    return()
  endif()
  add_executable(${name} ${ARG_SOURCES})
  target_include_directories(${name} PRIVATE ${PROJECT_SOURCE_DIR})
  target_link_libraries(${name} PRIVATE ${ARG_LIBS} PkgConfig::CMOCKA panoptes_warnings)
  add_test(NAME ${name} COMMAND ${name})
  set_tests_properties(${name} PROPERTIES TIMEOUT 120)
endfunction()

# panoptes_fuzz(NAME SOURCES ... LIBS ...): a libFuzzer target (clang only, PANOPTES_FUZZ=ON).
function(panoptes_fuzz name)
  cmake_parse_arguments(ARG "" "" "SOURCES;LIBS" ${ARGN})
  if(NOT PANOPTES_FUZZ)
    return()
  endif()
  add_executable(${name} ${ARG_SOURCES})
  target_include_directories(${name} PRIVATE ${PROJECT_SOURCE_DIR})
  target_link_libraries(${name} PRIVATE ${ARG_LIBS} panoptes_warnings)
  target_link_options(${name} PRIVATE -fsanitize=fuzzer)
endfunction()
