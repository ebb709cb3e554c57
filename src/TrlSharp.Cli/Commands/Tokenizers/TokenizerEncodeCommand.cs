using System.CommandLine;
using System.Globalization;
using TrlSharp.Tokenization;

namespace TrlSharp.Cli.Commands.Tokenizers;

/// <summary><c>trlsharp tokenizer encode</c>: ids, pieces and the characters that each stands for.</summary>
internal static class TokenizerEncodeCommand
{
    public static Command Create(Terminal terminal)
    {
        var special = OptionNames.Create<bool>("--add_special_tokens", "Also the tokens that the tokenizer puts around a text (a BOS, say).");
        var plain = OptionNames.Create<bool>("--no_added_tokens", "Take control strings in the text for ordinary text, as in untrusted data.");
        var ids = OptionNames.Create<bool>("--ids", "Only the ids, one line a text.");
        var json = OptionNames.Create<bool>("--json", "One JSON object a line: origin, ids, tokens, ranges.");
        return TokenizerCommand.OverTexts(
            "encode", "Show the tokens of texts: id, range of the text in UTF-16 units, token as the vocabulary spells it, characters.", "Texts to encode.", [special, plain, ids, json], Run);

        int Run(ParseResult parsed, Tokenizer tokenizer, TextInputs inputs, CancellationToken stop)
        {
            AddedTokenGate? gate = parsed.GetValue(plain) ? (_, _, _) => false : null;
            foreach (var (origin, text) in inputs.Read(parsed, terminal.In))
            {
                stop.ThrowIfCancellationRequested();
                var tokens = tokenizer.Encode(text, parsed.GetValue(special), gate);
                if (parsed.GetValue(json)) terminal.Line(Json(tokenizer, origin, tokens));
                else if (parsed.GetValue(ids)) terminal.Line(string.Join(' ', tokens.Select(token => token.Id)));
                else Show(terminal, tokenizer, origin, text, tokens);
            }

            return ExitCode.Done;
        }
    }

    private static string Json(Tokenizer tokenizer, string origin, EncodedToken[] tokens) => TokenizerCommand.Json(new
    {
        origin,
        ids = tokens.Select(token => token.Id),
        tokens = tokens.Select(token => tokenizer.TokenOf(token.Id)),
        ranges = tokens.Select(token => new[] { token.Start, token.End }),
    });

    private static void Show(Terminal terminal, Tokenizer tokenizer, string origin, string text, EncodedToken[] tokens)
    {
        terminal.Line(string.Create(CultureInfo.InvariantCulture, $"{origin}: {text.Length} UTF-16 units, {tokens.Length} tokens"));
        var (idWidth, rangeWidth) = (Width(tokens, token => token.Id), Width(tokens, token => token.End));
        foreach (var (id, start, end) in tokens)
        {
            var range = string.Create(CultureInfo.InvariantCulture, $"[{start}, {end})").PadRight((2 * rangeWidth) + 4);
            terminal.Line(string.Create(CultureInfo.InvariantCulture, $"{id.ToString(CultureInfo.InvariantCulture).PadLeft(idWidth)}  {range}  {TokenizerCommand.Json(tokenizer.TokenOf(id) ?? ""),-16} {TokenizerCommand.Json(text[start..end])}"));
        }
    }

    private static int Width(EncodedToken[] tokens, Func<EncodedToken, int> number) =>
        tokens.Length == 0 ? 1 : tokens.Max(number).ToString(CultureInfo.InvariantCulture).Length;
}
