//! That the documentation of the language is right.

use super::renewed;
use crate::scene::language::keys::{Kind, Table, Usual};
use crate::scene::language::{self, DOCUMENT};

const DOCS: &str = "docs/scenes.md";

fn text() -> String {
    std::fs::read_to_string(DOCS).expect("the documentation is there")
}

/// Every table of the language.
fn tables() -> Vec<&'static Table> {
    fn within(kind: &'static Kind, out: &mut Vec<&'static Table>) {
        match kind {
            Kind::Table(table) => {
                out.push(table);
                table.keys.iter().for_each(|key| within(&key.kind, out));
            }
            Kind::List(kind, _) => within(kind, out),
            Kind::Either(one, other) => [one, other].into_iter().for_each(|kind| within(kind, out)),
            _ => {}
        }
    }
    let mut out = Vec::new();
    DOCUMENT.keys.iter().for_each(|key| within(&key.kind, &mut out));
    out
}

/// A table of the language as a table of the documentation.
fn rows(table: &Table) -> String {
    let mut rows = format!("| in `{}` | what it is | allowed | left out |\n| --- | --- | --- | --- |\n", table.head);
    for key in table.keys {
        let usual = match key.usual {
            Usual::Needed => "must be there",
            Usual::Nothing => "",
            Usual::Is(usual) => usual,
        };
        // Minus as it is printed; quotes and brackets as code.
        let allowed = match &key.kind {
            Kind::Table(table) => format!("table `{}`", table.head),
            Kind::List(Kind::Table(table), most) => format!("tables `{}`, at most {most}", table.head),
            kind => kind.allowed().replace("[from, to]", "`[from, to]`").replace(" -", " −").replace('|', "\\|"),
        };
        let allowed = match allowed.strip_prefix('-') {
            Some(rest) => format!("−{rest}"),
            None => allowed,
        };
        rows += &format!("| `{}` | {} | {allowed} | {usual} |\n", key.name, key.about);
    }
    rows
}

#[test]
fn the_documentation_lists_every_key_as_the_language_has_it() {
    let mut renewed_text = String::new();
    let mut listed = Vec::new();
    let there = text();
    let mut rest = &there[..];
    while let Some(at) = rest.find("<!-- keys of ") {
        let head_at = at + "<!-- keys of ".len();
        let head = &rest[head_at..head_at + rest[head_at..].find(" -->").expect("the comment ends")];
        let table = tables().into_iter().find(|table| table.head == head);
        let body_at = head_at + head.len() + " -->\n".len();
        let end = body_at + rest[body_at..].find("<!-- end of keys -->").expect("the list of keys ends");
        renewed_text += &rest[..body_at];
        renewed_text += &format!("\n{}\n", rows(table.unwrap_or_else(|| panic!("there is no table {head}"))));
        listed.push(head.to_owned());
        rest = &rest[end..];
    }
    renewed_text += rest;
    let all: Vec<String> = tables().iter().map(|table| table.head.to_owned()).collect();
    let missing: Vec<&String> = all.iter().filter(|head| !listed.contains(head)).collect();
    assert_eq!(missing, Vec::<&String>::new());
    renewed(DOCS, &renewed_text);
}

#[test]
fn every_example_of_the_documentation_is_a_scene_or_part_of_one() {
    let text = text();
    let blocks: Vec<&str> =
        text.split("```toml\n").skip(1).map(|rest| rest.split("```").next().unwrap_or("")).collect();
    assert!(blocks.len() >= 10, "{} examples", blocks.len());
    for block in blocks {
        let mut whole = String::new();
        if !block.contains("[scene]") {
            whole += "[scene]\ntitle = \"Example\"\nduration_s = 20\nsample_rate_hz = 2.4e6\ncenter_hz = 897.3e6\n";
            if !block.contains("[receiver]") {
                whole += "[receiver]\nnoise_dbfs = -36\n";
            }
        }
        whole += block;
        if let Err(error) = language::read(&whole, DOCS) {
            panic!("{error}\n{whole}");
        }
    }
}

#[test]
fn the_first_scene_of_the_documentation_is_found_as_it_is() {
    let text = text();
    let first = text.split("```toml\n").nth(1).and_then(|rest| rest.split("```").next()).expect("a first scene");
    assert!(first.lines().filter(|line| !line.is_empty()).count() <= 12);
    let scene = crate::scene::Scene::from_toml(first, "first").expect("a good scene");
    assert_eq!(scene.actions().iter().map(|action| &action.label[..]).collect::<Vec<_>>(), ["Text message", "Call"]);
    assert!(super::all(&scene).len() > 1000);
}

/// What the documentation says of the usual lengths, the profiles and the scenes that come with the program.
#[test]
fn the_documentation_names_every_scene_and_every_deed() {
    let text = text();
    let missing = |name: &str| !text.contains(&format!("`{name}`"));
    let scenes = crate::scene::Scene::names().iter().map(|name| format!("scene:{name}"));
    let profiles = ["typical urban", "hilly terrain", "pedestrian A", "pedestrian B", "vehicular A"].map(str::to_owned);
    let deeds = ["switch on", "location update", "text message", "call", "data", "flight mode"].map(str::to_owned);
    let missing: Vec<String> = scenes.chain(profiles).chain(deeds).filter(|name| missing(name)).collect();
    assert_eq!(missing, Vec::<String>::new());
}
