using System.CommandLine;
using System.Globalization;
using System.Text.Json.Nodes;
using TrlSharp.Tokenization;

namespace TrlSharp.Cli.Commands.Tokenizers;

/// <summary><c>trlsharp tokenizer inspect</c>: model, steps, special tokens, sizes.</summary>
internal static class TokenizerInspectCommand
{
    private const int ShownTokens = 30;

    public static Command Create(Terminal terminal)
    {
        var command = new Command("inspect", "Show what a tokenizer is made of: model, steps from text to tokens and back, special tokens, sizes.");
        var model = TokenizerCommand.ModelOption();
        var all = OptionNames.Create<bool>("--all", $"All added tokens, not only the first {ShownTokens}.");
        var json = OptionNames.Create<bool>("--json", "One JSON object.");
        foreach (var option in new Option[] { model, all, json }) command.Add(option);
        command.SetAction(parsed =>
        {
            var tokenizer = Tokenizer.Load(HubCache.Model(parsed.GetValue(model)!, "--model"));
            if (parsed.GetValue(json)) terminal.Line(Json(tokenizer));
            else Show(terminal, tokenizer, parsed.GetValue(all));
            return ExitCode.Done;
        });
        return command;
    }

    private static void Show(Terminal terminal, Tokenizer tokenizer, bool all)
    {
        var description = tokenizer.Describe();
        void Line(string name, FormattableString value) => terminal.Line($"{name,-16}{value.ToString(CultureInfo.InvariantCulture)}");
        Line("model", $"{description.Model}  {string.Join("  ", description.ModelSettings.Select(setting => $"{setting.Key} {setting.Value}"))}");
        Line("vocabulary", $"{description.VocabularyTokens} tokens{(description.Merges is { } merges ? string.Create(CultureInfo.InvariantCulture, $", {merges} merges") : "")}");
        Line("ids", $"0 to {tokenizer.VocabularySize - 1}: an embedding table needs {tokenizer.VocabularySize} rows");
        foreach (var (name, step) in description.Steps) Line(name, $"{step ?? "none"}");
        foreach (var (name, token) in tokenizer.SpecialTokens) Line(name, $"{TokenizerCommand.Json(token)}  {tokenizer.IdOf(token)?.ToString(CultureInfo.InvariantCulture) ?? "not in the vocabulary"}");
        var special = tokenizer.AddedTokens.Count(token => token.Special);
        Line("added tokens", $"{tokenizer.AddedTokens.Count}, {special} of them special");
        var shown = all ? tokenizer.AddedTokens.Count : ShownTokens;
        foreach (var token in tokenizer.AddedTokens.Take(shown)) terminal.Line($"  {token.Id,8}  {TokenizerCommand.Json(token.Content),-28}{Flags(token)}");
        if (tokenizer.AddedTokens.Count > shown) terminal.Line($"  and {tokenizer.AddedTokens.Count - shown} more: --all");
    }

    private static string Flags(AddedToken token) => string.Join(' ', new[]
    {
        token.Special ? "special" : "", token.Normalized ? "normalized" : "", token.LeftStrip ? "lstrip" : "", token.RightStrip ? "rstrip" : "", token.SingleWord ? "single_word" : "",
    }.Where(flag => flag.Length > 0));

    private static string Json(Tokenizer tokenizer)
    {
        var description = tokenizer.Describe();
        var node = new JsonObject
        {
            ["model"] = description.Model,
            ["model_settings"] = new JsonObject(description.ModelSettings.Select(setting => KeyValuePair.Create(setting.Key, JsonNode.Parse(setting.Value)))),
            ["vocabulary_tokens"] = description.VocabularyTokens,
            ["merges"] = description.Merges,
            ["vocabulary_size"] = tokenizer.VocabularySize,
        };
        foreach (var (name, step) in description.Steps) node[name] = step is null ? null : JsonNode.Parse(step);
        node["special_tokens"] = new JsonObject(tokenizer.SpecialTokens.Select(token =>
            KeyValuePair.Create(token.Key, (JsonNode?)new JsonObject { ["token"] = token.Value, ["id"] = tokenizer.IdOf(token.Value) })));
        node["added_tokens"] = new JsonArray([.. tokenizer.AddedTokens.Select(token => (JsonNode)new JsonObject
        {
            ["id"] = token.Id, ["content"] = token.Content, ["special"] = token.Special, ["normalized"] = token.Normalized,
            ["lstrip"] = token.LeftStrip, ["rstrip"] = token.RightStrip, ["single_word"] = token.SingleWord,
        })]);
        return TokenizerCommand.Json(node);
    }
}
