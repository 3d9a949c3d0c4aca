// Package report runs the steps in the harness's order and reports each on a line, as
// harness/program.py says; it also has the few helpers that both clients' steps use.
package report

import (
	"bytes"
	"crypto/md5"
	"crypto/rand"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"reflect"
	"runtime"
	"strings"
	"time"
)

// Part is the smallest size of a part but the last.
const Part = 5 << 20

var steps = map[string]func(){}

type notApplicable string

// Step registers a step under its name in steps.tsv.
func Step(name string, action func()) { steps[name] = action }

// Lacking is the step that this client's API cannot express.
func Lacking(reason string) func() {
	return func() { panic(notApplicable(reason)) }
}

// Main runs the steps.
func Main() {
	for _, name := range strings.Split(os.Getenv("TORHAUS_TEST_STEPS"), "\n") {
		if action, known := steps[name]; known {
			attempt(name, action)
		}
	}
}

func attempt(name string, action func()) {
	began := time.Now()
	outcome, detail := "ok", ""
	defer func() {
		switch trouble := recover().(type) {
		case nil:
		case notApplicable:
			outcome, detail = "skip", string(trouble)
		default:
			outcome, detail = "FAIL", fmt.Sprint(trouble)
		}
		line, _ := json.Marshal(map[string]any{
			"row": name, "outcome": outcome, "detail": detail, "seconds": time.Since(began).Seconds(),
		})
		fmt.Println(string(line))
	}()
	action()
}

// Fail ends the step, with the places that led there.
func Fail(format string, values ...any) {
	places := ""
	for depth := 1; depth < 6; depth++ {
		_, file, line, found := runtime.Caller(depth)
		if found && strings.Contains(file, "scenario") && !strings.HasSuffix(file, "report.go") {
			places += fmt.Sprintf("\n%s:%d", file[strings.LastIndex(file, "/")+1:], line)
		}
	}
	panic(fmt.Sprintf(format, values...) + places)
}

// Must gives the value of a call that has to work.
func Must[T any](value T, err error) T {
	if err != nil {
		Fail("%v", err)
	}
	return value
}

// Works is Must for calls without a value.
func Works(err error) {
	if err != nil {
		Fail("%v", err)
	}
}

// Same ends the step when the values differ.
func Same(got, wanted any, what string) {
	if !reflect.DeepEqual(got, wanted) {
		Fail("%s: got %.300v, wanted %.300v", what, got, wanted)
	}
}

// Is ends the step unless the error is of that type, and returns it.
func Is[T error](err error) T {
	var typed T
	if !errors.As(err, &typed) {
		Fail("got %T (%v), wanted %T", err, err, typed)
	}
	return typed
}

// Random gives fresh bytes.
func Random(size int) []byte {
	body := make([]byte, size)
	Must(rand.Read(body))
	return body
}

// MD5 is the digest in hexadecimal.
func MD5(body []byte) string {
	digest := md5.Sum(body)
	return hex.EncodeToString(digest[:])
}

// Stream is a reader that cannot seek and has no length, and gives odd pieces.
func Stream(body []byte) io.Reader { return &stream{bytes.NewReader(body)} }

type stream struct{ rest *bytes.Reader }

func (s *stream) Read(into []byte) (int, error) { return s.rest.Read(into[:min(len(into), 70001)]) }

// Read takes all and closes.
func Read(body io.ReadCloser) []byte {
	defer body.Close()
	return Must(io.ReadAll(body))
}

// Plain gives status and body of a request by no S3 client.
func Plain(method, url string, body []byte, contentType string) (int, string) {
	request := Must(http.NewRequest(method, url, bytes.NewReader(body)))
	if contentType != "" {
		request.Header.Set("Content-Type", contentType)
	}
	answer := Must(http.DefaultClient.Do(request))
	return answer.StatusCode, string(Read(answer.Body))
}

// OtherSignature gives a presigned link whose signature is wrong.
func OtherSignature(link string) string {
	at := strings.Index(link, "X-Amz-Signature=") + len("X-Amz-Signature=")
	digit := "0"
	if link[at] == '0' {
		digit = "1"
	}
	return link[:at] + digit + link[at+1:]
}
