using System.CommandLine;

namespace TrlSharp.Cli.Commands.Tokenizers;

/// <summary>Texts from the command line, from files, or from the standard input when neither is given.</summary>
internal sealed class TextInputs
{
    private readonly Argument<string[]> _texts;
    private readonly Option<string[]> _files = new("--file", "-f") { Description = "A file to read instead; may be given several times. - is the standard input.", AllowMultipleArgumentsPerToken = false };
    private readonly Option<bool> _lines = new("--lines") { Description = "Every line of a file is a text of its own." };

    public TextInputs(Command command, string what)
    {
        _texts = new("text") { Description = $"{what} Without any, and without --file, the standard input is read.", Arity = ArgumentArity.ZeroOrMore };
        command.Add(_texts);
        command.Add(_files);
        command.Add(_lines);
    }

    /// <summary>Where each text comes from, and the text.</summary>
    public IEnumerable<(string Origin, string Text)> Read(ParseResult parsed, TextReader standardInput, bool alwaysLines = false)
    {
        var (texts, files) = (parsed.GetValue(_texts) ?? [], parsed.GetValue(_files) ?? []);
        var byLine = alwaysLines || parsed.GetValue(_lines);
        for (var i = 0; i < texts.Length; i++) yield return ($"text {i + 1}", texts[i]);
        if (texts.Length + files.Length == 0) files = ["-"];
        foreach (var file in files)
        {
            var content = file == "-" ? standardInput.ReadToEnd() : File.ReadAllText(file);
            if (!byLine)
            {
                yield return (file, content);
                continue;
            }

            var number = 0;
            using var reader = new StringReader(content);
            while (reader.ReadLine() is { } line) yield return ($"{file}:{++number}", line);
        }
    }
}
