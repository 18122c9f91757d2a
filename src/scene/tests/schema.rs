//! The schema that editors read.

use serde_json::Value;

use super::renewed;
use crate::scene::{NAMED, Scene};

fn schema() -> Value {
    serde_json::from_str(&Scene::json_schema()).expect("the schema is JSON")
}

#[test]
fn the_schema_for_editors_says_what_the_language_reads() {
    renewed("docs/scene.schema.json", &Scene::json_schema());
}

#[test]
fn every_scene_that_comes_with_the_program_is_valid_by_the_schema() {
    let schema = schema();
    for (name, text) in NAMED {
        let scene: Value = toml::from_str(text).expect("a scene is TOML");
        assert_eq!(complaints(&schema, &schema, &scene, name), Vec::<String>::new());
    }
    assert_eq!(NAMED.map(|(name, _)| name), Scene::names());
}

#[test]
fn the_schema_refuses_what_the_language_refuses() {
    let (_, text) = NAMED[0];
    let wrong = [
        ("noise_dbfs = -36.0", "noise_dbfs = -160.0"),
        ("noise_dbfs = -36.0", "noise = -36.0"),
        ("noise_dbfs = -36.0", ""),
        ("snr_db = 30.0", "snr_db = 30.0\nlevel_dbfs = -20.0"),
        ("snr_db = 30.0", ""),
        ("format = \"cu8\"", "format = \"cu16\""),
        ("humps = 5", "humps = 5.5"),
        ("signalling_s = [3.25, 6.25]", "signalling_s = [3.25, 6.25, 9]"),
        ("do = \"switch on\"", "do = \"switch off\""),
        ("do = \"flight mode\"", "do = \"flight mode\"\nmarked = 1"),
    ];
    let found = wrong.map(|(right, wrong)| {
        let text = text.replacen(right, wrong, 1);
        assert!(Scene::from_toml(&text, "wrong").is_err(), "{wrong}");
        complaints(&schema(), &schema(), &toml::from_str(&text).expect("still TOML"), "").len()
    });
    assert!(found.iter().all(|n| *n > 0), "{found:?}");
}

/// What is wrong with `value` by those words of JSON Schema that the schema uses; `whole` is where references point to.
fn complaints(whole: &Value, schema: &Value, value: &Value, place: &str) -> Vec<String> {
    let mut all = Vec::new();
    for (word, what) in schema.as_object().expect("a schema is an object") {
        let bound =
            |x: f64| what.as_f64().is_some_and(|bound| if word.starts_with("min") { x >= bound } else { x <= bound });
        let valid = |schema: &Value| complaints(whole, schema, value, place).is_empty();
        let among =
            |schemas: &Value| schemas.as_array().expect("a list of schemas").iter().filter(|s| valid(s)).count();
        let good = match word.as_str() {
            "$schema" | "title" | "description" | "definitions" => true,
            "$ref" => {
                let pointer =
                    what.as_str().and_then(|text| text.strip_prefix('#')).expect("a place in the same schema");
                let schema = whole.pointer(pointer).expect("the reference points to something");
                all.extend(complaints(whole, schema, value, place));
                true
            }
            "type" => match what.as_str().expect("a type's name") {
                "object" => value.is_object(),
                "array" => value.is_array(),
                "string" => value.is_string(),
                "boolean" => value.is_boolean(),
                "number" => value.is_number(),
                "integer" => value.as_f64().is_some_and(|x| x.fract() == 0.0),
                other => panic!("an unknown type {other}"),
            },
            "enum" => what.as_array().expect("a list").iter().any(|known| match (known.as_f64(), value.as_f64()) {
                (Some(a), Some(b)) => a == b,
                _ => known == value,
            }),
            "minimum" | "maximum" => value.as_f64().is_none_or(bound),
            "minItems" | "maxItems" => value.as_array().is_none_or(|list| bound(list.len() as f64)),
            "items" => {
                let list = value.as_array().map_or(&[][..], |list| &list[..]);
                all.extend(list.iter().flat_map(|element| complaints(whole, what, element, place)));
                true
            }
            // Expressions are for editors; the language's own grammar has tests of its own.
            "pattern" => true,
            "properties" => {
                for (key, value) in value.as_object().into_iter().flatten() {
                    if let Some(schema) = what.get(key) {
                        all.extend(complaints(whole, schema, value, &format!("{place}.{key}")));
                    }
                }
                true
            }
            "required" => {
                let has = |key: &Value| value.get(key.as_str().expect("a key")).is_some();
                !value.is_object() || what.as_array().expect("a list").iter().all(has)
            }
            "additionalProperties" => {
                let known = |key: &String| schema["properties"].get(key).is_some();
                value.as_object().is_none_or(|object| object.keys().all(known))
            }
            "anyOf" => among(what) > 0,
            "oneOf" => among(what) == 1,
            "allOf" => among(what) == what.as_array().map_or(0, Vec::len),
            "not" => !valid(what),
            other => panic!("an unknown word {other}"),
        };
        if !good {
            all.push(format!("{place}: {value} is not as {word} {what} says"));
        }
    }
    all
}
