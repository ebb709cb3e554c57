using System.CommandLine;
using TrlSharp.Tokenization;

namespace TrlSharp.Cli.Commands.Tokenizers;

/// <summary><c>trlsharp tokenizer</c>: see what a tokenizer does, and train a small one.</summary>
internal static class TokenizerCommand
{
    public static Command Create(Terminal terminal) =>
        new("tokenizer", "Encode and decode with a model's tokenizer, look at its parts, or train a byte-level BPE vocabulary.")
        {
            TokenizerEncodeCommand.Create(terminal),
            TokenizerDecodeCommand.Create(terminal),
            TokenizerInspectCommand.Create(terminal),
            TokenizerTrainCommand.Create(terminal),
        };

    /// <summary>The option that names the tokenizer.</summary>
    public static Option<string> ModelOption() => new("--model", "--model_name_or_path", "--model-name-or-path", "-m")
    {
        Description = "A model folder, or a tokenizer.json, tekken.json or tokenizer.model by itself.", Required = true,
    };

    /// <summary>A command that goes over texts, given as arguments, in files or on the standard input, with a tokenizer.</summary>
    public static Command OverTexts(
        string name, string description, string textsHelp, Option[] options, Func<ParseResult, Tokenizer, TextInputs, CancellationToken, int> run)
    {
        var command = new Command(name, description);
        var model = ModelOption();
        var inputs = new TextInputs(command, textsHelp);
        foreach (var option in (Option[])[model, .. options]) command.Add(option);
        command.SetAction((parsed, stop) => Task.FromResult(run(parsed, Tokenizer.Load(HubCache.Model(parsed.GetValue(model)!, "--model")), inputs, stop)));
        return command;
    }

    /// <summary>One line of JSON, letters of all scripts as they are.</summary>
    public static string Json(object value) => System.Text.Json.JsonSerializer.Serialize(value, Readable);

    private static readonly System.Text.Json.JsonSerializerOptions Readable = new() { Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping };
}
