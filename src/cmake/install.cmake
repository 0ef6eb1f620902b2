# cmake --install: the program, and what an operator reads. Libraries and headers are not a public interface yet.
include(GNUInstallDirs)
if(TARGET rakkan)
  install(TARGETS rakkan RUNTIME DESTINATION ${CMAKE_INSTALL_BINDIR})
endif()
install(FILES README.md CHANGELOG.md LICENSE DESTINATION ${CMAKE_INSTALL_DOCDIR})
install(DIRECTORY docs/ DESTINATION ${CMAKE_INSTALL_DOCDIR}/docs)
install(DIRECTORY hsm/ DESTINATION ${CMAKE_INSTALL_DOCDIR}/hsm)
