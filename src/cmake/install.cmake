# cmake --install, beside the programs with their manual and their unit (src/apps): what an operator reads. Libraries and
# headers are not a public interface yet.
install(FILES README.md CHANGELOG.md LICENSE DESTINATION ${CMAKE_INSTALL_DOCDIR})
install(DIRECTORY docs/ DESTINATION ${CMAKE_INSTALL_DOCDIR}/docs)
install(DIRECTORY hsm/ DESTINATION ${CMAKE_INSTALL_DOCDIR}/hsm)
