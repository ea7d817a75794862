"""How a browser or a programme can search here (OpenSearch 1.1)."""

from xml.etree.ElementTree import Element

from app.web.assets import asset
from app.web.exports import atom
from app.web.exports.markup import add, document
from app.web.exports.site import Site

MEDIA_TYPE = "application/opensearchdescription+xml"
NAMESPACE = "http://a9.com/-/spec/opensearch/1.1/"
ADDRESS = "/opensearch.xml"


def description(site: Site) -> bytes:
    """The description document: search for stories, as a page or as a feed."""
    root = Element("OpenSearchDescription", {"xmlns": NAMESPACE})
    add(root, "ShortName", "Newsgloss")
    add(root, "Description", "Search annotated news: who acts, who said what, and where it comes from.")
    add(root, "Url", type="text/html", template=site.at("/?q={searchTerms}"))
    add(root, "Url", type=atom.MEDIA_TYPE, template=site.at("/stories.atom?q={searchTerms}"))
    add(root, "Url", type=MEDIA_TYPE, rel="self", template=site.at(ADDRESS))
    add(root, "Image", site.at(asset("icon.svg")), type="image/svg+xml", width="16", height="16")
    add(root, "Language", "en")
    add(root, "InputEncoding", "UTF-8")
    add(root, "OutputEncoding", "UTF-8")
    return document(root)
