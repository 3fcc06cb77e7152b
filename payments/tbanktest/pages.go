package tbanktest

import "net/http"

type pages struct{}

func loadPages() *pages                         { return &pages{} }
func (s *Server) routePages(mux *http.ServeMux) {}
