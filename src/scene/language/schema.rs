//! The JSON Schema of the language, so that editors complete and check scenes.

use serde_json::{Map, Value, json};

use super::DOCUMENT;
use super::keys::{Choice, Key, Kind, Table, Usual};

/// The schema (draft 7, which editors for TOML know) as text.
///
/// It allows a little more than the language: what depends on several keys (a carrier within the band) is left to reading.
pub(in crate::scene) fn json_schema() -> String {
    let mut definitions = Map::new();
    let mut schema = json!({ "$schema": "http://json-schema.org/draft-07/schema#", "title": "glint scene" });
    let document = table(&DOCUMENT, &mut definitions);
    for (word, value) in document {
        schema[word] = value;
    }
    schema["definitions"] = definitions.into();
    format!("{schema:#}\n")
}

/// An object's schema; the tables within go into `definitions`.
fn table(of: &Table, definitions: &mut Map<String, Value>) -> Map<String, Value> {
    let mut properties = Map::new();
    for key in of.keys {
        properties.insert(key.name.to_owned(), property(key, definitions));
    }
    let required: Vec<&str> = of.keys.iter().filter(|key| key.usual == Usual::Needed).map(|key| key.name).collect();
    let choice = |Choice { of, needed }: &Choice| {
        let each: Vec<Value> = of.iter().map(|name| json!({ "required": [name] })).collect();
        if *needed { json!({ "oneOf": each }) } else { json!({ "not": { "required": of } }) }
    };
    let mut object = Map::new();
    object.insert("description".into(), of.about.into());
    object.insert("type".into(), "object".into());
    object.insert("properties".into(), properties.into());
    object.insert("required".into(), required.into());
    object.insert("additionalProperties".into(), false.into());
    if !of.choices.is_empty() {
        object.insert("allOf".into(), of.choices.iter().map(choice).collect());
    }
    object
}

fn property(key: &Key, definitions: &mut Map<String, Value>) -> Value {
    let mut about = key.about.to_owned();
    if let Some(unit) = key.kind.unit() {
        about += &format!(" In {unit}.");
    }
    if let Usual::Is(usual) = key.usual {
        about += &format!(" Left out: {usual}.");
    }
    let mut schema = json!({ "description": about });
    for (word, value) in kind(&key.kind, definitions).as_object().into_iter().flatten() {
        schema[word] = value.clone();
    }
    schema
}

fn kind(of: &Kind, definitions: &mut Map<String, Value>) -> Value {
    match of {
        Kind::Text => json!({ "type": "string" }),
        Kind::Name(names) => json!({ "enum": names }),
        Kind::Switch => json!({ "type": "boolean" }),
        Kind::Number(range) => json!({ "type": "number", "minimum": number(range.low), "maximum": number(range.high) }),
        Kind::Whole(range) => json!({ "type": "integer", "minimum": range.start(), "maximum": range.end() }),
        Kind::Listed(numbers, _) => json!({ "enum": numbers.iter().copied().map(number).collect::<Vec<_>>() }),
        Kind::Pair(range) => {
            let element = kind(&Kind::Number(*range), definitions);
            json!({ "type": "array", "items": element, "minItems": 2, "maxItems": 2 })
        }
        Kind::List(inner, most) => {
            let element = kind(inner, definitions);
            let list = json!({ "type": "array", "items": element, "maxItems": most });
            if matches!(inner, Kind::Table(_)) { json!({ "anyOf": [list, element] }) } else { list }
        }
        Kind::Phrase(_, pattern) => json!({ "type": "string", "pattern": pattern }),
        Kind::Table(of) => {
            let name = of.head.replace(['[', ']'], "").replace(' ', "-");
            if !definitions.contains_key(&name) {
                let object = table(of, definitions);
                definitions.insert(name.clone(), object.into());
            }
            // Beside a bare reference, draft 7 reads nothing.
            json!({ "allOf": [{ "$ref": format!("#/definitions/{name}") }] })
        }
        Kind::Either(one, other) => json!({ "anyOf": [kind(one, definitions), kind(other, definitions)] }),
    }
}

/// Whole numbers as such: 20000000 rather than 20000000.0.
fn number(x: f64) -> Value {
    if x.fract() == 0.0 { json!(x as i64) } else { json!(x) }
}
