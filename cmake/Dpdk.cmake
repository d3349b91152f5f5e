# panoptes_dpdk: those of DPDK's libraries that are used, from their archives.
#
# DPDK's shared EAL loads every driver of the system when it starts, nearly two
# hundred libraries, also where no port is wanted: that is most of the time and
# of the memory that a small capture takes. Where the archives are not installed,
# or with PANOPTES_STATIC_DPDK=OFF, the shared libraries are linked.
option(PANOPTES_STATIC_DPDK "link DPDK's libraries statically" ON)
set(dpdk_parts eal ring bpf hash rcu mempool mbuf net ethdev meter telemetry kvargs)
# What those need of others.
set(dpdk_needs elf bsd numa)

add_library(panoptes_dpdk INTERFACE)
set(dpdk_archives)
if(PANOPTES_STATIC_DPDK)
  foreach(part ${dpdk_parts})
    find_library(DPDK_ARCHIVE_${part} librte_${part}.a HINTS ${DPDK_LIBDIR} ${DPDK_LIBRARY_DIRS})
    mark_as_advanced(DPDK_ARCHIVE_${part})
    list(APPEND dpdk_archives ${DPDK_ARCHIVE_${part}})
  endforeach()
  foreach(need ${dpdk_needs})
    find_library(DPDK_NEEDS_${need} ${need})
    mark_as_advanced(DPDK_NEEDS_${need})
    list(APPEND dpdk_archives ${DPDK_NEEDS_${need}})
  endforeach()
endif()

if(dpdk_archives AND NOT dpdk_archives MATCHES "NOTFOUND")
  target_include_directories(panoptes_dpdk SYSTEM INTERFACE ${DPDK_INCLUDE_DIRS})
  target_compile_options(panoptes_dpdk INTERFACE ${DPDK_CFLAGS_OTHER})
  target_link_libraries(panoptes_dpdk INTERFACE -Wl,--start-group ${dpdk_archives} -Wl,--end-group
    Threads::Threads ${CMAKE_DL_LIBS} m)
  message(STATUS "DPDK ${DPDK_VERSION}: static")
else()
  target_link_libraries(panoptes_dpdk INTERFACE PkgConfig::DPDK)
  message(STATUS "DPDK ${DPDK_VERSION}: shared")
endif()
