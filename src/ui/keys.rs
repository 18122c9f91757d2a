//! The keys: one table that both handles them and prints the visible list.

use eframe::egui::{self, Align2, Color32, Event, Key, Modifiers, Role, Sense, pos2, vec2};

use super::controls::{Weight, focus_ring, keycap, keycap_rect, label, text};
use crate::report::Tokens;

/// Something the user asked for. Drawing functions return them; nothing else changes what is looked at.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Command {
    PlayPause,
    /// Seconds on, or back when negative.
    Step(f64),
    /// To this time, seconds from the recording's first sample.
    GoTo(f64),
    Slower,
    Faster,
    /// One faster, from the fastest to the slowest.
    NextSpeed,
    WholeFile,
    PreviousBurst,
    NextBurst,
    /// The row of this number.
    Choose(usize),
    /// The view goes to the chosen row.
    OpenChosen,
    Singles,
    ZoomIn,
    ZoomBack,
    Darker,
    Brighter,
    Theme,
    /// The waterfall shows what the detector sums, or power again.
    Detector,
    Spectrum,
    List,
    TextLarger,
    TextSmaller,
    Open,
    Keys,
    OpenSecond,
    OpenReading,
    /// The sentence about a file that did not open is put away.
    Dismiss,
}

/// One line of the list: what is held, each key with what it does, and the words.
struct Line {
    held: &'static [&'static str],
    keys: &'static [Cap],
    words: &'static str,
}

/// A keycap, the presses that count as it, and what it does.
struct Cap(&'static str, &'static [Press], Command);

/// A key and what is held with it.
#[derive(Clone, Copy, Debug, PartialEq)]
struct Press {
    key: Key,
    command: bool,
    /// `None`: it does not matter (where the sign stands on the keyboard decides whether Shift is needed).
    shift: Option<bool>,
}

const fn plain(key: Key) -> Press {
    Press { key, command: false, shift: Some(false) }
}

const fn with_shift(key: Key) -> Press {
    Press { key, command: false, shift: Some(true) }
}

const fn sign(key: Key) -> Press {
    Press { key, command: false, shift: None }
}

const fn with_command(key: Key) -> Press {
    Press { key, command: true, shift: None }
}

const fn line(keys: &'static [Cap], words: &'static str) -> Line {
    Line { held: &[], keys, words }
}

/// Every key, in the groups and the order of the list.
const KEYS: [(&str, &[Line]); 5] = [
    (
        "Play",
        &[
            line(&[Cap("Space", &[plain(Key::Space)], Command::PlayPause)], "play or pause"),
            line(
                &[
                    Cap("←", &[plain(Key::ArrowLeft)], Command::Step(-1.0)),
                    Cap("→", &[plain(Key::ArrowRight)], Command::Step(1.0)),
                ],
                "one second back, forward",
            ),
            Line {
                held: &["Shift"],
                keys: &[
                    Cap("←", &[with_shift(Key::ArrowLeft)], Command::Step(-10.0)),
                    Cap("→", &[with_shift(Key::ArrowRight)], Command::Step(10.0)),
                ],
                words: "ten seconds",
            },
            line(
                &[
                    Cap("[", &[sign(Key::OpenBracket)], Command::Slower),
                    Cap("]", &[sign(Key::CloseBracket)], Command::Faster),
                ],
                "slower, faster",
            ),
            line(&[Cap("Home", &[plain(Key::Home)], Command::WholeFile)], "whole file"),
        ],
    ),
    (
        "Look closer",
        &[
            line(
                &[Cap("Z", &[plain(Key::Z)], Command::ZoomIn), Cap("0", &[plain(Key::Num0)], Command::ZoomBack)],
                "zoom in time; 0 goes back",
            ),
            line(
                &[
                    Cap("−", &[plain(Key::Minus)], Command::Darker),
                    Cap("=", &[plain(Key::Equals), sign(Key::Plus)], Command::Brighter),
                ],
                "darker, brighter",
            ),
            line(&[Cap("S", &[plain(Key::S)], Command::Spectrum)], "spectrum, when it is folded"),
        ],
    ),
    (
        "Show",
        &[
            line(&[Cap("V", &[plain(Key::V)], Command::Detector)], "the detector’s view, or power"),
            line(&[Cap("D", &[plain(Key::D)], Command::Theme)], "dark or light"),
            Line {
                held: &["Ctrl"],
                keys: &[
                    Cap("+", &[with_command(Key::Plus), with_command(Key::Equals)], Command::TextLarger),
                    Cap("−", &[with_command(Key::Minus)], Command::TextSmaller),
                ],
                words: "text size",
            },
            line(&[Cap("F6", &[plain(Key::F6)], Command::List)], "list, when it is a rail"),
        ],
    ),
    (
        "Bursts",
        &[
            line(
                &[
                    Cap(",", &[sign(Key::Comma)], Command::PreviousBurst),
                    Cap(".", &[sign(Key::Period)], Command::NextBurst),
                ],
                "previous, next",
            ),
            line(&[Cap("Enter", &[plain(Key::Enter)], Command::OpenChosen)], "open the chosen one"),
            line(&[Cap("G", &[plain(Key::G)], Command::Singles)], "groups or single bursts"),
        ],
    ),
    (
        "Go to",
        &[
            Line {
                held: &["Ctrl"],
                keys: &[Cap("O", &[with_command(Key::O)], Command::Open)],
                words: "open a recording",
            },
            line(&[Cap("?", &[sign(Key::Questionmark)], Command::Keys)], "this list"),
        ],
    ),
];

/// What a press of `key` with `modifiers` asks for.
fn command_of(key: Key, modifiers: Modifiers) -> Option<Command> {
    if modifiers.alt {
        return None;
    }
    KEYS.iter()
        .flat_map(|(_, lines)| lines.iter())
        .flat_map(|line| line.keys)
        .find(|Cap(_, presses, _)| {
            presses.iter().any(|press| {
                press.key == key
                    && press.command == modifiers.command
                    && press.shift.is_none_or(|shift| shift == modifiers.shift)
            })
        })
        .map(|Cap(_, _, command)| command.clone())
}

/// What the keys pressed since the last frame ask for. While a control has the keyboard's focus, Space, Enter and the
/// arrows belong to it.
pub(super) fn pressed(ctx: &egui::Context) -> Vec<Command> {
    let focused = ctx.memory(|memory| memory.focused().is_some());
    ctx.input(|input| {
        input
            .events
            .iter()
            .filter_map(|event| match *event {
                Event::Key { key, pressed: true, modifiers, .. } => {
                    let of_the_control =
                        matches!(key, Key::Space | Key::Enter | Key::ArrowLeft | Key::ArrowRight) && focused;
                    if of_the_control { None } else { command_of(key, modifiers) }
                }
                _ => None,
            })
            .collect()
    })
}

/// The list of keys over everything else.
pub(super) fn keys_ui(ctx: &egui::Context, tokens: &Tokens, commands: &mut Vec<Command>) {
    let area = ctx.content_rect();
    let columns = if area.width() >= 940.0 { 3 } else { 1 };
    // Three columns as in the picture; in one column every group stands under the last.
    let width = if columns == 3 { 900.0 } else { 340.0 };
    let height = if columns == 3 { 410.0 } else { (area.height() - 32.0).min(700.0) };
    let frame =
        egui::Frame::new().fill(tokens.panel.into()).stroke(egui::Stroke::new(1.0, tokens.edge)).corner_radius(8);
    let modal = egui::Modal::new(egui::Id::unique("keys"))
        .frame(frame)
        .backdrop_color(Color32::from(Tokens::DARK.bg).gamma_multiply(0.6))
        .show(ctx, |ui| {
            ui.set_width(width);
            ui.set_height(height);
            let origin = ui.min_rect().min;
            let painter = ui.painter().clone();
            let heading = text(
                &painter,
                origin + vec2(28.0, 36.0),
                Align2::LEFT_CENTER,
                "Keys",
                20.0,
                Weight::Strong,
                tokens.text,
            );
            if columns == 3 {
                let said = "everything on the screen can be reached without a mouse";
                let at = pos2(heading.right() + 15.0, origin.y + 37.0);
                text(&painter, at, Align2::LEFT_CENTER, said, 13.0, Weight::Text, tokens.text2);
            }
            let esc = keycap(&painter, pos2(origin.x + width - 65.0, origin.y + 26.0), "Esc", false, tokens);
            let close = ui.interact(esc.expand(4.0), ui.scope_id().with("close"), Sense::click());
            label(&close, Role::Button, "Close the list of keys");
            focus_ring(&painter, &close, esc, tokens);
            if close.clicked() {
                commands.push(Command::Keys);
            }
            let mut y = [origin.y + 84.0; 3];
            for (group, (title, lines)) in KEYS.iter().enumerate() {
                let column = if columns == 3 { [0, 1, 2, 0, 2][group] } else { 0 };
                let x = origin.x + 28.0 + 288.0 * column as f32;
                text(&painter, pos2(x, y[column]), Align2::LEFT_CENTER, title, 13.0, Weight::Strong, tokens.text2);
                y[column] += 26.0;
                for line in *lines {
                    line_ui(ui, line, pos2(x, y[column]), tokens, commands);
                    y[column] += 28.0;
                }
                y[column] += 20.0;
            }
        });
    if modal.should_close() {
        commands.push(Command::Keys);
    }
}

/// One line of the list; `at` is the middle of its left edge. Its keycaps are buttons that do what the keys do.
fn line_ui(ui: &egui::Ui, line: &Line, at: egui::Pos2, tokens: &Tokens, commands: &mut Vec<Command>) {
    let painter = ui.painter();
    let mut x = at.x;
    for held in line.held {
        x = keycap(painter, pos2(x, at.y - 10.0), held, false, tokens).right() + 4.0;
    }
    for Cap(cap, _, command) in line.keys {
        let rect = keycap_rect(painter, pos2(x, at.y - 10.0), cap);
        let response = ui.interact(rect, ui.scope_id().with((line.words, cap)), Sense::click());
        label(&response, Role::Button, &format!("{cap}: {}", line.words));
        keycap(painter, rect.min, cap, response.hovered(), tokens);
        focus_ring(painter, &response, rect, tokens);
        if response.clicked() {
            // The list closes first, so that what the key does can be seen.
            commands.push(Command::Keys);
            if *command != Command::Keys {
                commands.push(command.clone());
            }
        }
        x = rect.right() + 4.0;
    }
    text(painter, at + vec2(104.0, 0.0), Align2::LEFT_CENTER, line.words, 13.0, Weight::Text, tokens.text);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_key_of_the_list_is_handled() {
        for (_, lines) in KEYS {
            for line in lines {
                for Cap(cap, presses, command) in line.keys {
                    for press in *presses {
                        let modifiers = Modifiers {
                            ctrl: press.command,
                            command: press.command,
                            shift: press.shift.unwrap_or(false),
                            ..Modifiers::NONE
                        };
                        assert_eq!(command_of(press.key, modifiers).as_ref(), Some(command), "{cap}: {}", line.words);
                    }
                }
            }
        }
    }

    #[test]
    fn no_press_means_two_things() {
        let presses: Vec<Press> = KEYS
            .iter()
            .flat_map(|(_, lines)| lines.iter())
            .flat_map(|line| line.keys)
            .flat_map(|Cap(_, presses, _)| presses.iter().copied())
            .collect();
        for (i, a) in presses.iter().enumerate() {
            for b in &presses[i + 1..] {
                let clash = a.key == b.key
                    && a.command == b.command
                    && (a.shift == b.shift || a.shift.is_none() || b.shift.is_none());
                assert!(!clash, "{a:?} and {b:?}");
            }
        }
    }

    #[test]
    fn a_letter_with_alt_or_ctrl_is_not_the_letter() {
        assert_eq!(command_of(Key::D, Modifiers::NONE), Some(Command::Theme));
        assert_eq!(command_of(Key::D, Modifiers::CTRL | Modifiers::COMMAND), None);
        assert_eq!(command_of(Key::D, Modifiers::ALT), None);
        assert_eq!(command_of(Key::Questionmark, Modifiers::SHIFT), Some(Command::Keys));
    }
}
