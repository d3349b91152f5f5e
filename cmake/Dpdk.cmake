# panoptes_dpdk: those of DPDK's libraries that are used, from their archives.
# panoptes_dpdk_drivers: the drivers of ports, which the program alone needs.
#
# DPDK's shared EAL loads every driver of the system when it starts, nearly two
# hundred libraries, also where no port is wanted: that is most of the time and
# of the memory that a small capture takes. Where the archives are not installed,
# or with PANOPTES_STATIC_DPDK=OFF, the shared libraries are linked.
option(PANOPTES_STATIC_DPDK "link DPDK's libraries statically" ON)
set(dpdk_parts eal ring bpf hash rcu mempool mbuf net ethdev meter telemetry kvargs)
# What those need of others.
set(dpdk_needs elf bsd numa)

# Buses, the mempool of rings, virtual devices, and the NICs of 10G and more that
# servers have. Nothing calls a driver by name, so each is linked whole.
set(dpdk_drivers
  mempool_ring bus_pci bus_vdev bus_auxiliary common_iavf common_mlx5
  net_af_packet net_af_xdp net_bond net_memif net_null net_pcap net_ring net_tap net_vhost
  net_virtio
  net_axgbe net_bnxt net_cxgbe net_e1000 net_ena net_enic net_i40e net_iavf net_ice net_igc
  net_ionic net_ixgbe net_mlx4 net_mlx5 net_nfp net_qede net_vmxnet3)
set(dpdk_driver_parts
  pci timer security cryptodev vhost dmadev ip_frag gso sched bus_pci bus_vdev)
set(dpdk_driver_needs ibverbs mlx4 mlx5 xdp bpf pcap z crypto)

# Paths of the archives of some parts into VARIABLE; NOTFOUND among them where one is missing.
function(dpdk_find_archives variable)
  set(found)
  foreach(part ${ARGN})
    find_library(DPDK_ARCHIVE_${part} librte_${part}.a HINTS ${DPDK_LIBDIR} ${DPDK_LIBRARY_DIRS})
    mark_as_advanced(DPDK_ARCHIVE_${part})
    list(APPEND found ${DPDK_ARCHIVE_${part}})
  endforeach()
  set(${variable} ${found} PARENT_SCOPE)
endfunction()

# What the archives need of the system, appended to VARIABLE.
function(dpdk_find_needs variable)
  set(found ${${variable}})
  foreach(need ${ARGN})
    find_library(DPDK_NEEDS_${need} ${need})
    mark_as_advanced(DPDK_NEEDS_${need})
    list(APPEND found ${DPDK_NEEDS_${need}})
  endforeach()
  set(${variable} ${found} PARENT_SCOPE)
endfunction()

add_library(panoptes_dpdk INTERFACE)
add_library(panoptes_dpdk_drivers INTERFACE)
set(dpdk_archives)
set(dpdk_driver_archives)
if(PANOPTES_STATIC_DPDK)
  dpdk_find_archives(dpdk_archives ${dpdk_parts})
  dpdk_find_needs(dpdk_archives ${dpdk_needs})
  dpdk_find_archives(dpdk_driver_archives ${dpdk_drivers})
  dpdk_find_archives(dpdk_rest ${dpdk_driver_parts})
  dpdk_find_needs(dpdk_rest ${dpdk_driver_needs})
endif()

if(dpdk_archives AND NOT "${dpdk_archives};${dpdk_driver_archives};${dpdk_rest}" MATCHES "NOTFOUND")
  target_include_directories(panoptes_dpdk SYSTEM INTERFACE ${DPDK_INCLUDE_DIRS})
  target_compile_options(panoptes_dpdk INTERFACE ${DPDK_CFLAGS_OTHER})
  target_link_libraries(panoptes_dpdk INTERFACE -Wl,--start-group ${dpdk_archives} -Wl,--end-group
    Threads::Threads ${CMAKE_DL_LIBS} m)
  # One option, so that its order is kept.
  list(JOIN dpdk_driver_archives "," dpdk_driver_list)
  target_link_options(panoptes_dpdk_drivers INTERFACE
    "LINKER:--whole-archive,${dpdk_driver_list},--no-whole-archive")
  target_link_libraries(panoptes_dpdk_drivers INTERFACE
    -Wl,--start-group ${dpdk_archives} ${dpdk_rest} -Wl,--end-group)
  message(STATUS "DPDK ${DPDK_VERSION}: static")
else()
  target_link_libraries(panoptes_dpdk INTERFACE PkgConfig::DPDK)
  message(STATUS "DPDK ${DPDK_VERSION}: shared")
endif()
